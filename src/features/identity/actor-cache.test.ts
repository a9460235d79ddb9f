import { beforeEach, expect, test } from "bun:test";
import { TestClock } from "../../../test/support/clock.ts";
import { Listeners } from "../../platform/bus/bus.ts";
import type { UserActor } from "../../platform/context.ts";
import { ActorCache, IDENTITY_CHANGED } from "./actor-cache.ts";

const actor: UserActor = {
  kind: "user",
  userId: "u1",
  role: "member",
  via: { kind: "session", sessionId: "s1" },
};

let clock: TestClock;
let listeners: Listeners;
let cache: ActorCache;
let published: string[];
beforeEach(() => {
  clock = new TestClock();
  listeners = new Listeners();
  published = [];
  cache = new ActorCache(clock, {
    publish: async (topic) => {
      published.push(topic);
    },
    subscribe: (topic, listener) => listeners.add(topic, listener),
    onGap: (listener) => listeners.onGap(listener),
    close: async () => {},
  });
});

const after = (ms: number) => new Date(clock.now().getTime() + ms);
const store = (expiresAt: Date | null = null) =>
  cache.set("session:a", actor, expiresAt, cache.generation);
const found = () => cache.get("session:a");

test("a credential is known for fifteen seconds, by its kind and value", () => {
  expect(found()).toBeUndefined();
  store();
  expect(found()).toBe(actor);
  expect([cache.get("key:a"), cache.get("session:b")]).toEqual([undefined, undefined]);
  clock.advance(14_999);
  expect(found()).toBe(actor);
  clock.advance(1);
  expect(found()).toBeUndefined();
});

test("it is not known beyond its expiry", () => {
  store(after(5_000));
  clock.advance(4_999);
  expect(found()).toBe(actor);
  clock.advance(1);
  expect(found()).toBeUndefined();
  store(after(60_000));
  clock.advance(15_000);
  expect(found()).toBeUndefined();
});

test("a revocation forgets all of them, here at once and elsewhere by a message", async () => {
  store();
  await cache.revoke();
  expect(found()).toBeUndefined();
  expect(published).toEqual([IDENTITY_CHANGED]);
  store();
  listeners.emit(IDENTITY_CHANGED, "");
  expect(found()).toBeUndefined();
  store();
  listeners.emit("another topic", "");
  expect(found()).toBe(actor);
});

test("a message may have been lost with a connection, so all are forgotten", () => {
  store();
  listeners.gap();
  expect(found()).toBeUndefined();
});

test("what was read before a revocation is not stored after it", async () => {
  const { generation } = cache;
  await cache.revoke();
  cache.set("session:a", actor, null, generation);
  expect(found()).toBeUndefined();
  store();
  expect(found()).toBe(actor);
});

test("at most ten thousand are known, then they begin anew", () => {
  store();
  for (let n = 1; n < 10_000; n++) cache.set(`key:${n}`, actor, null, cache.generation);
  expect(found()).toBe(actor);
  cache.set("key:one too many", actor, null, cache.generation);
  expect(found()).toBeUndefined();
  expect(cache.get("key:one too many")).toBe(actor);
});

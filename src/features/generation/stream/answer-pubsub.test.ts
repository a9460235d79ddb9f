import { afterEach, expect, setDefaultTimeout, test } from "bun:test";
import { memoryBus } from "../../../platform/bus/memory.ts";
import { AnswerPubSub } from "./answer-pubsub.ts";

// Whole answers take seconds on a busy machine.
setDefaultTimeout(30_000);

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

test("a new reader of an answer announces itself once, and is woken when it grows", async () => {
  const bus = memoryBus();
  const followed: string[] = [];
  ends.push(new AnswerPubSub(bus).onFollow((id) => followed.push(id)));
  const here = new AnswerPubSub(bus);
  let woken = 0;
  for (let reader = 0; reader < 3; reader++) ends.push(here.on("one", () => woken++));
  expect(followed).toEqual(["one"]);
  await here.grew(["two", "one"]);
  expect(woken).toBe(3);
});

test("a process repeats what it follows, and no longer what it has stopped following", async () => {
  const bus = memoryBus();
  const followed: string[] = [];
  ends.push(bus.subscribe("generation.follow", (payload) => followed.push(payload)));
  const here = new AnswerPubSub(bus);
  const quitOne = here.on("one", () => {});
  ends.push(here.on("two", () => {}));
  quitOne();
  const beat = Promise.withResolvers<void>();
  ends.push(here.onPulse(beat.resolve));
  await beat.promise;
  expect(followed).toEqual(["one", "two", "two"]);
});

test("a notice that cannot be sent harms no reader, at once or at a pulse", async () => {
  let sent = 0;
  const bus = {
    ...memoryBus(),
    publish: async () => {
      sent++;
      throw new Error("The bus is away");
    },
  };
  const here = new AnswerPubSub(bus);
  ends.push(here.on("one", () => {}));
  const beat = Promise.withResolvers<void>();
  ends.push(here.onPulse(beat.resolve));
  await beat.promise;
  await new Promise(setImmediate);
  expect(sent).toBe(2);
  await expect(here.grew(["one"])).rejects.toThrow("The bus is away");
});

test("after a gap every reader looks for itself, and one that has left is not woken", async () => {
  let gap = () => {};
  const bus = {
    ...memoryBus(),
    onGap: (listener: () => void) => {
      gap = listener;
      return () => {};
    },
  };
  const here = new AnswerPubSub(bus);
  const woken: string[] = [];
  ends.push(here.on("one", () => woken.push("one")));
  ends.push(here.on("two", () => woken.push("two")));
  const quit = here.on("two", () => woken.push("left"));
  quit();
  gap();
  expect(woken).toEqual(["one", "two"]);
});

test("many ids go in notices of two hundred, each of which a bus can carry", async () => {
  const bus = memoryBus();
  const notices: string[] = [];
  ends.push(bus.subscribe("generation.grew", (payload) => void notices.push(payload)));
  const ids = Array.from({ length: 401 }, () => Bun.randomUUIDv7());
  await new AnswerPubSub(bus).grew(ids);
  expect(notices.map((notice) => notice.split(",").length)).toEqual([200, 200, 1]);
  expect(notices.join(",")).toBe(ids.join(","));
  for (const notice of notices) expect(notice.length).toBeLessThan(8_000);
});

test("a stop is heard by every process's listener", async () => {
  const bus = memoryBus();
  const heard: string[] = [];
  ends.push(new AnswerPubSub(bus).onStop((id) => void heard.push(id)));
  await new AnswerPubSub(bus).stop("one");
  expect(heard).toEqual(["one"]);
});

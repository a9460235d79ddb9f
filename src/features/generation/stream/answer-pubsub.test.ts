import { afterEach, expect, test } from "bun:test";
import { memoryBus } from "../../../platform/bus/memory.ts";
import { AnswerPubSub } from "./answer-pubsub.ts";

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

import { afterEach, beforeEach, expect, test } from "bun:test";
import { effect } from "@preact/signals";
import { fakeNetwork, type Network, problem } from "../../../test/support/network.ts";
import { openPage, type TestPage } from "../../test/page.ts";
import { eventStream, until } from "../../test/stream.ts";
import { createLiveAnswer, type LiveAnswer } from "./live-answer.ts";

let page: TestPage;
let network: Network;
let live: LiveAnswer;
let ends: number;
let frames: (() => void)[];
let streams: ReturnType<typeof eventStream>[];
let refuse: Response | undefined;

beforeEach(() => {
  page = openPage();
  frames = [];
  streams = [];
  refuse = undefined;
  page.set("requestAnimationFrame", (act: () => void) => frames.push(act));
  page.set("cancelAnimationFrame", (frame: number) => {
    frames[frame - 1] = () => {};
  });
  network = fakeNetwork(() => {
    if (refuse) return refuse;
    const stream = eventStream();
    streams.push(stream);
    return stream.response;
  });
  ends = 0;
  live = createLiveAnswer(() => {
    ends++;
  });
});
afterEach(() => {
  live.stop();
  network[Symbol.dispose]();
  page[Symbol.dispose]();
});

const drawFrame = () => {
  for (const act of frames.splice(0)) act();
};
const textNow = () =>
  live.answer.value?.parts.map((part) => (part.type === "text" ? part.text : ""));

async function opened(index = 0): Promise<ReturnType<typeof eventStream>> {
  await until(() => streams[index] !== undefined);
  const stream = streams[index];
  if (!stream) throw new Error("no stream");
  return stream;
}

test("an answer is followed from its beginning, and exists before its first word", async () => {
  expect(live.answer.value).toBeUndefined();
  live.follow("g1");
  expect(live.answer.value).toMatchObject({
    generationId: "g1",
    lastId: 0,
    parts: [],
    status: "running",
  });
  expect(live.connection.value).toBe("connecting");
  await opened();
  await until(() => live.connection.value === "open");
  expect(network.asked[0]?.path).toBe("/api/v1/generations/g1/events");
  expect(network.asked[0]?.headers.get("last-event-id")).toBeNull();
});

test("text is shown once per frame, however fast it arrives", async () => {
  let shown = 0;
  const stop = effect(() => {
    void live.answer.value;
    shown++;
  });
  live.follow("g1");
  const stream = await opened();
  for (let id = 1; id <= 50; id++) stream.send(id, { type: "delta", text: "a" });
  await until(() => frames.length > 0);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect([shown, frames.length]).toEqual([2, 1]);
  drawFrame();
  expect([shown, textNow()]).toEqual([3, ["a".repeat(50)]]);
  stream.send(51, { type: "delta", text: "b" });
  await until(() => frames.length > 0);
  drawFrame();
  expect(textNow()).toEqual([`${"a".repeat(50)}b`]);
  stop();
});

test("the end is shown at once and reported once, and later events are ignored", async () => {
  live.follow("g1");
  const stream = await opened();
  stream.send(1, { type: "delta", text: "all" });
  stream.send(2, { type: "done", status: "stopped" });
  await until(() => ends > 0);
  expect([live.answer.value?.status, textNow(), live.connection.value]).toEqual([
    "stopped",
    ["all"],
    "ended",
  ]);
  const last = live.answer.value;
  drawFrame();
  expect(live.answer.value).toBe(last);
  expect(ends).toBe(1);
});

test("unknown events are ignored", async () => {
  live.follow("g1");
  const stream = await opened();
  stream.send(1, { type: "delta", text: "one " });
  stream.sendOther(2, "tool", { text: "x" });
  stream.send(3, { type: "delta", text: "two" });
  stream.send(4, { type: "done", status: "complete" });
  await until(() => ends > 0);
  expect([textNow(), live.answer.value?.lastId]).toEqual([["one two"], 4]);
});

test("following the same answer again changes nothing; another one replaces it", async () => {
  live.follow("g1");
  live.follow("g1");
  const first = await opened();
  live.follow("g2");
  expect(network.asked[0]?.signal.aborted).toBe(true);
  const second = await opened(1);
  expect(network.asked.map(({ path }) => path)).toEqual([
    "/api/v1/generations/g1/events",
    "/api/v1/generations/g2/events",
  ]);
  first.send(1, { type: "delta", text: "late" });
  second.send(1, { type: "delta", text: "new" });
  await until(() => frames.length > 0);
  drawFrame();
  expect([live.answer.value?.generationId, textNow()]).toEqual(["g2", ["new"]]);
});

test("an answer that is no longer followed is not drawn, and keeps its last state", async () => {
  live.follow("g1");
  const stream = await opened();
  stream.send(1, { type: "delta", text: "half" });
  await until(() => frames.length > 0);
  live.follow(undefined);
  expect(network.asked[0]?.signal.aborted).toBe(true);
  drawFrame();
  expect([live.answer.value?.generationId, textNow()]).toEqual(["g1", []]);
  live.follow("g1");
  await opened(1);
  expect(network.asked).toHaveLength(2);
});

test("nothing is followed when there is nothing to follow", () => {
  live.follow(undefined);
  expect([live.answer.value, network.asked.length]).toEqual([undefined, 0]);
});

test("a refused stream ends the following, and is reported", async () => {
  refuse = problem(404, "not_found");
  live.follow("g1");
  await until(() => live.connection.value === "failed");
  expect(ends).toBe(1);
});

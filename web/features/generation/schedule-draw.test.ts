import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { openPage, type TestPage } from "../../test/page.ts";
import { scheduleDraw } from "./schedule-draw.ts";

let page: TestPage;
let frames: Map<number, () => void>;
let drawn = 0;
const draw = () => {
  drawn++;
};
beforeEach(() => {
  page = openPage();
  frames = new Map();
  drawn = 0;
  page.set("requestAnimationFrame", (act: () => void) => {
    frames.set(frames.size + 1, act);
    return frames.size;
  });
  page.set("cancelAnimationFrame", (frame: number) => frames.delete(frame));
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
  page[Symbol.dispose]();
});

test("an answer of normal length is drawn at the next frame", () => {
  for (const length of [0, 16_000]) {
    frames.clear();
    scheduleDraw(length, draw);
    expect(frames.size).toBe(1);
  }
  jest.advanceTimersByTime(1_000);
  expect(drawn).toBe(0);
  for (const act of frames.values()) act();
  expect(drawn).toBe(1);
});

test("an answer that takes longer than a frame to draw waits longer than a frame", () => {
  scheduleDraw(16_001, draw);
  expect(frames.size).toBe(0);
});

test("a long one is drawn later, in proportion to its length", () => {
  scheduleDraw(100_000, draw);
  expect(frames.size).toBe(0);
  jest.advanceTimersByTime(99);
  expect(drawn).toBe(0);
  jest.advanceTimersByTime(1);
  expect(drawn).toBe(1);
});

test("both can be cancelled", () => {
  scheduleDraw(10, draw)();
  scheduleDraw(100_000, draw)();
  expect(frames.size).toBe(0);
  jest.advanceTimersByTime(1_000);
  expect(drawn).toBe(0);
});

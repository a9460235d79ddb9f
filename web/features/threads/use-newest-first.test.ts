import { afterEach, beforeEach, expect, test } from "bun:test";
import { act } from "preact/test-utils";
import { openPage, type TestPage } from "../../test/page.ts";
import { useNewestFirst } from "./use-newest-first.ts";

let page: TestPage;
let frames: (() => void)[];
const all = Array.from({ length: 30 }, (_, index) => index);

beforeEach(() => {
  page = openPage();
  frames = [];
  page.set("innerHeight", 800);
  page.set("requestAnimationFrame", (draw: () => void) => frames.push(draw));
  page.set("cancelAnimationFrame", (id: number) => {
    frames[id - 1] = () => {};
  });
});
afterEach(() => page[Symbol.dispose]());

const paint = () => {
  for (const draw of frames.splice(0)) draw();
};
const timers = () => act(() => Bun.sleep(1));

test("the last messages, as many as the window may hold, are drawn before the others", async () => {
  const drawn = page.hook(() => useNewestFirst(all));
  expect(drawn.current).toEqual(all.slice(-10));
  await timers();
  expect(drawn.current).toHaveLength(10);
  paint();
  expect(drawn.current).toHaveLength(10);
  await timers();
  expect(drawn.current).toEqual(all);
});

test("nothing is drawn by a page that was left before it was painted", async () => {
  const drawn = page.hook(() => useNewestFirst(all));
  drawn.unmount();
  paint();
  await timers();
  expect(drawn.current).toHaveLength(10);
});

import { afterEach, beforeEach, expect, test } from "bun:test";
import { act } from "preact/test-utils";
import { openPage, type TestPage } from "../../test/page.ts";
import { useStickToEnd } from "./use-stick-to-end.ts";

/** A viewport of 800 px on a page that may grow. */
const HEIGHT = 800;
let page: TestPage;
let length: number;
let scrolls: number[];
let grow: (() => void) | undefined;
let watched: unknown[];
let hook: ReturnType<TestPage["hook"]>;
let end: ReturnType<typeof useStickToEnd>;

function scrollBy(to: number): void {
  page.set("scrollY", to);
  act(() => {
    dispatchEvent(new Event("scroll"));
  });
}
function growTo(size: number): void {
  length = size;
  grow?.();
}
const atEnd = () => length - HEIGHT;

beforeEach(() => {
  page = openPage();
  length = 2_000;
  scrolls = [];
  watched = [];
  grow = undefined;
  page.set("innerHeight", HEIGHT);
  page.set("scrollY", 0);
  page.set("scrollTo", (x: number, y: number) => scrolls.push(x, y));
  Object.defineProperty(document.documentElement, "scrollHeight", { get: () => length });
  page.set(
    "ResizeObserver",
    class {
      constructor(changed: () => void) {
        grow = changed;
      }
      observe(element: unknown) {
        watched.push(element);
      }
      disconnect() {
        grow = undefined;
      }
    },
  );
  const made = page.hook(() => useStickToEnd());
  hook = made;
  end = made.current;
});
afterEach(() => page[Symbol.dispose]());

test("a growing page stays scrolled to its end", () => {
  expect(watched).toEqual([document.body]);
  growTo(2_500);
  expect(scrolls).toEqual([0, 2_500]);
  expect(end.away.value).toBe(false);
});

test("a reader who scrolls up is not pulled back, and can jump to the end", () => {
  scrollBy(atEnd());
  scrollBy(atEnd() - 500);
  growTo(3_000);
  expect(scrolls).toEqual([]);
  scrollBy(atEnd() - 800);
  expect(end.away.value).toBe(true);
  end.jump();
  expect([scrolls, end.away.value]).toEqual([[0, 3_000], false]);
  growTo(3_500);
  expect(scrolls).toEqual([0, 3_000, 0, 3_500]);
});

test("a page that was told to stay does not go to its end, until the reader does", () => {
  end.release();
  growTo(3_000);
  expect(scrolls).toEqual([]);
  scrollBy(atEnd());
  growTo(3_500);
  expect(scrolls).toEqual([0, 3_500]);
});

test("scrolling up a step releases it, a pixel does not", () => {
  scrollBy(atEnd() - 150);
  scrollBy(atEnd() - 151);
  growTo(2_500);
  expect(scrolls).toEqual([0, 2_500]);
  scrollBy(atEnd() - 300);
  scrollBy(atEnd() - 302);
  growTo(3_000);
  expect(scrolls).toEqual([0, 2_500]);
});

test("scrolling down sticks to the end again only when close to it", () => {
  scrollBy(atEnd());
  scrollBy(atEnd() - 700);
  scrollBy(atEnd() - 600);
  scrollBy(atEnd() - 96);
  growTo(2_100);
  expect(scrolls).toEqual([]);
  scrollBy(atEnd() - 95);
  growTo(2_600);
  expect(scrolls).toEqual([0, 2_600]);
});

test("the jump button is shown from half a viewport away", () => {
  scrollBy(atEnd());
  scrollBy(atEnd() - 400);
  expect(end.away.value).toBe(false);
  scrollBy(atEnd() - 402);
  expect(end.away.value).toBe(true);
  scrollBy(atEnd() - 10);
  expect(end.away.value).toBe(false);
});

test("far away but still sticking, as when the page grew a lot, there is no jump button", () => {
  scrollBy(0);
  expect(end.away.value).toBe(false);
});

test("listeners end with the page", () => {
  hook.unmount();
  expect(grow).toBeUndefined();
  scrollBy(atEnd());
  scrollBy(0);
  expect(end.away.value).toBe(false);
});

import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { h } from "preact";
import { useRef } from "preact/hooks";
import { act } from "preact/test-utils";
import { Intersections } from "../../test/intersections.ts";
import { openPage, type TestPage } from "../../test/page.ts";
import { useNearViewport } from "./use-near-viewport.ts";

let page: TestPage;
let intersections: Intersections;
beforeAll(() => {
  page = openPage();
  // All pages share one observer, so the tests use one stand-in.
  intersections = new Intersections(page);
});
afterAll(() => page[Symbol.dispose]());
beforeEach(() => page.draw(null));

function Box(props: { id: string; already?: boolean; bare?: boolean }) {
  const ref = useRef<HTMLParagraphElement>(null);
  const near = useNearViewport(ref, props.already ?? false);
  return h("p", { ...(props.bare ? {} : { ref }), id: props.id }, near ? "near" : "far");
}

const element = (id: string): Element => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no ${id}`);
  return found;
};
const words = (...ids: string[]) => ids.map((id) => element(id).textContent);
const comes = (id: string, isIntersecting = true) =>
  act(() => intersections.change({ target: element(id), isIntersecting }));

test("an element within two viewport heights is near, and stays so", () => {
  page.draw([h(Box, { id: "a" }), h(Box, { id: "b" })]);
  expect(words("a", "b")).toEqual(["far", "far"]);
  expect(intersections.watched.size).toBe(2);
  comes("a", false);
  expect(words("a", "b")).toEqual(["far", "far"]);
  comes("a");
  expect(words("a", "b")).toEqual(["near", "far"]);
  expect([...intersections.watched]).toEqual([element("b")]);
  comes("a", false);
  expect(words("a")).toEqual(["near"]);
  expect(intersections.margins).toEqual(["200% 0px"]);
});

test("several elements may come near at once", () => {
  page.draw([h(Box, { id: "a" }), h(Box, { id: "b" }), h(Box, { id: "c" })]);
  act(() =>
    intersections.change(
      { target: element("a"), isIntersecting: true },
      { target: element("b"), isIntersecting: false },
      { target: element("c"), isIntersecting: true },
    ),
  );
  expect(words("a", "b", "c")).toEqual(["near", "far", "near"]);
});

test("what is said to be near already is, and is not watched", () => {
  page.draw(h(Box, { id: "a", already: true }));
  expect([words("a"), intersections.watched.size]).toEqual([["near"], 0]);
  page.draw(h(Box, { id: "a", already: false }));
  expect(words("a")).toEqual(["near"]);
});

test("what was far is near as soon as it is said to be", () => {
  page.draw(h(Box, { id: "a" }));
  page.draw(h(Box, { id: "a", already: true }));
  expect(words("a")).toEqual(["near"]);
});

test("what is gone is watched no more", () => {
  page.draw(h(Box, { id: "a" }));
  const gone = element("a");
  page.draw(null);
  expect(intersections.watched.size).toBe(0);
  intersections.change({ target: gone, isIntersecting: true });
});

test("without an element there is nothing to watch", () => {
  page.draw(h(Box, { id: "a", bare: true }));
  expect([words("a"), intersections.watched.size]).toEqual([["far"], 0]);
});

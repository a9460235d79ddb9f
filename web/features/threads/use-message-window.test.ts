import { afterEach, beforeEach, expect, test } from "bun:test";
import { h } from "preact";
import { act } from "preact/test-utils";
import { Intersections } from "../../test/intersections.ts";
import { openPage, type TestPage } from "../../test/page.ts";
import { useMessageWindow } from "./use-message-window.ts";

let page: TestPage;
let intersections: Intersections;
beforeEach(() => {
  page = openPage();
  page.set("scrollY", 500);
  intersections = new Intersections(page);
});
afterEach(() => page[Symbol.dispose]());

let more = () => {};
function List(props: { total: number }) {
  const drawn = useMessageWindow(props.total);
  more = drawn.more;
  const hidden = props.total > drawn.count.value;
  return h("div", {}, [
    hidden ? h("button", { ref: drawn.sentinel, id: "more" }) : null,
    h("span", { id: "count" }, drawn.count.value),
  ]);
}

const count = () => Number(document.getElementById("count")?.textContent);
const button = (): Element => {
  const found = document.getElementById("more");
  if (!found) throw new Error("no button");
  return found;
};
const reach = (isIntersecting = true) =>
  act(() => intersections.change({ target: button(), isIntersecting }));

test("a short thread is drawn completely, and nothing is observed", () => {
  page.draw(h(List, { total: 40 }));
  expect([count(), intersections.watched.size]).toEqual([40, 0]);
});

test("of a long thread the last 40 are drawn, and 40 more before the reader reaches the first", () => {
  page.draw(h(List, { total: 100 }));
  expect([count(), intersections.watched.size]).toEqual([40, 1]);
  expect(intersections.margins).toEqual(["100% 0px"]);
  reach(false);
  expect(count()).toBe(40);
  reach();
  expect([count(), intersections.watched.size]).toEqual([80, 1]);
  reach();
  expect([count(), intersections.watched.size]).toEqual([120, 0]);
});

test("at the very top there is a button for more", () => {
  page.draw(h(List, { total: 100 }));
  page.set("scrollY", 0);
  reach();
  expect(count()).toBe(40);
  act(() => more());
  expect(count()).toBe(80);
});

test("a thread that grows past the drawn messages is observed from then on", () => {
  page.draw(h(List, { total: 40 }));
  page.draw(h(List, { total: 41 }));
  expect(intersections.watched.size).toBe(1);
  page.draw(null);
  expect(intersections.watched.size).toBe(0);
});

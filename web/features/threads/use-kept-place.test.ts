import { afterEach, beforeEach, expect, test } from "bun:test";
import { h } from "preact";
import { useRef } from "preact/hooks";
import { openPage, type TestPage } from "../../test/page.ts";
import { useKeptPlace } from "./use-kept-place.ts";

let page: TestPage;
let scrolls: number[][];
/** Messages are 100 px high. */
const HEIGHT = 100;

function List(props: { ids: string }) {
  const list = useRef<HTMLDivElement>(null);
  useKeptPlace(list, props.ids[0]);
  const messages = [...props.ids].map((id) => h("article", { key: id, id, tabIndex: -1 }, id));
  return h("div", { ref: list }, [h("p", { class: "earlier" }, h("button", {}, "more")), messages]);
}
const draw = (ids: string) => page.draw(h(List, { ids }));

beforeEach(() => {
  page = openPage();
  scrolls = [];
  page.set("scrollBy", (x: number, y: number) => scrolls.push([x, y]));
  HTMLElement.prototype.getBoundingClientRect = function top(this: HTMLElement) {
    const index = [...document.querySelectorAll("article")].indexOf(this);
    const { DOMRect } = document.defaultView ?? {};
    if (!DOMRect) throw new Error("no window");
    return new DOMRect(0, index * HEIGHT, 0, HEIGHT);
  };
  draw("cd");
});
afterEach(() => page[Symbol.dispose]());

test("messages that are added above move nothing that was there", () => {
  draw("abcd");
  expect(scrolls).toEqual([[0, 2 * HEIGHT]]);
  expect(document.activeElement).toBe(document.body);
});

test("messages that are added below, or others instead, do not scroll", () => {
  draw("cde");
  draw("xy");
  expect(scrolls).toEqual([]);
});

test("the focus of the button goes on to the message that was the first, and no other focus moves", () => {
  document.querySelector("button")?.focus();
  draw("bcd");
  expect(document.activeElement?.id).toBe("c");
  draw("abcd");
  expect(document.activeElement?.id).toBe("c");
});

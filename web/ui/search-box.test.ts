import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { h } from "preact";
import { openPage, type TestPage } from "../test/page.ts";
import { SearchBox } from "./search-box.tsx";

let page: TestPage;
let asked: string[];
beforeEach(() => {
  page = openPage();
  asked = [];
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
  page[Symbol.dispose]();
});

const show = (query: string) =>
  page.draw(
    h(SearchBox, { label: "Find", query, maxLength: 200, onSearch: (text) => asked.push(text) }),
  );
function box(): HTMLInputElement {
  const input = document.querySelector("input");
  if (!input) throw new Error("no search field");
  return input;
}
function type(text: string): void {
  box().value = text;
  box().dispatchEvent(new Event("input", { bubbles: true }));
}

test("searches once typing pauses, not at each letter", () => {
  show("");
  for (const text of ["b", "bo", "bob "]) {
    type(text);
    jest.advanceTimersByTime(299);
  }
  expect(asked).toEqual([]);
  jest.advanceTimersByTime(1);
  expect(asked).toEqual(["bob"]);
});

test("searches at once on Enter, once, and when it is cleared", () => {
  show("");
  type("bob");
  document.querySelector("form")?.dispatchEvent(new Event("submit", { cancelable: true }));
  jest.advanceTimersByTime(1_000);
  expect(asked).toEqual(["bob"]);
  show("bob");
  type("");
  expect(asked).toEqual(["bob", ""]);
});

test("what was typed while a search began stays; another query replaces it", () => {
  show("");
  type("bo");
  jest.advanceTimersByTime(300);
  type("bob");
  show("bo");
  expect(box().value).toBe("bob");
  show("ada");
  expect(box().value).toBe("ada");
});

test("a page that is left does not search any more", () => {
  show("");
  type("bob");
  page.draw(null);
  jest.advanceTimersByTime(1_000);
  expect(asked).toEqual([]);
});

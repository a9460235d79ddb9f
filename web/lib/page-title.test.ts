import { afterEach, beforeEach, expect, test } from "bun:test";
import { h } from "preact";
import { openPage, type TestPage } from "../test/page.ts";
import { announcement } from "./announce.ts";
import { useTitle } from "./page-title.ts";

let page: TestPage;
beforeEach(() => {
  page = openPage();
});
afterEach(() => page[Symbol.dispose]());

function Page(props: { title: string | undefined; empty?: boolean }) {
  useTitle(props.title);
  return props.empty ? null : h("main", { id: "main" }, h("button", { id: "inside" }));
}

test("a page sets the tab's title and is announced, once it has a name", () => {
  document.title = "before";
  announcement.value = "";
  page.draw(h(Page, { title: undefined }));
  expect([document.title, announcement.value]).toEqual(["before", ""]);
  page.draw(h(Page, { title: "Projects" }));
  expect([document.title, announcement.value]).toEqual(["Projects · Atelier", "Projects"]);
  page.draw(h(Page, { title: "Projects" }));
  expect(announcement.value).toBe("Projects");
});

test("the focus moves to the new page's content when the focused element is gone", () => {
  page.draw(h(Page, { title: "One" }));
  document.getElementById("inside")?.focus();
  page.draw(h(Page, { title: "Two" }));
  expect(document.activeElement?.id).toBe("inside");
  document.getElementById("inside")?.blur();
  page.draw(h(Page, { title: "Three" }));
  expect(document.activeElement?.id).toBe("main");
  expect(document.getElementById("main")?.tabIndex).toBe(-1);
});

test("a page without content of its own leaves the focus alone", () => {
  page.draw(h(Page, { title: "One", empty: true }));
  page.draw(h(Page, { title: "Two", empty: true }));
  expect(document.activeElement).toBe(document.body);
});

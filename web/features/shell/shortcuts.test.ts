import { afterEach, beforeEach, expect, test } from "bun:test";
import { h } from "preact";
import { LocationProvider, useLocation } from "preact-iso";
import { openPage, type TestPage } from "../../test/page.ts";
import { keys, useShortcuts } from "./shortcuts.ts";

let page: TestPage;
let acts: string[];
let path = "";
let frames: (() => unknown)[];
beforeEach(() => {
  page = openPage("http://localhost/projects");
  acts = [];
  frames = [];
  page.set("scrollTo", () => {});
  page.set("requestAnimationFrame", (act: () => unknown) => frames.push(act));
  page.draw(h(LocationProvider, {}, h(Page, { composer: false })));
});
afterEach(() => page[Symbol.dispose]());

function Page(props: { composer: boolean }) {
  path = useLocation().path;
  useShortcuts({
    openPalette: () => acts.push("palette"),
    closeDrawer: () => acts.push("close"),
  });
  return h("div", {}, [
    props.composer ? h("textarea", { id: "composer", "data-composer": true }) : null,
    h("input", { id: "input" }),
    h("textarea", { id: "area" }),
    h("select", { id: "select" }),
    h("button", { id: "button" }),
  ]);
}

const withComposer = () => page.draw(h(LocationProvider, {}, h(Page, { composer: true })));
const by = (id: string) => document.getElementById(id) ?? undefined;

test("Ctrl+K and ⌘K search, similar keys do not", () => {
  expect(page.press("k", { ctrlKey: true })).toBe(false);
  expect(page.press("K", { metaKey: true })).toBe(false);
  expect(acts).toEqual(["palette", "palette"]);
  for (const more of [
    {},
    { ctrlKey: true, shiftKey: true },
    { ctrlKey: true, altKey: true },
    { shiftKey: true },
  ])
    expect(page.press("k", more)).toBe(true);
  expect(page.press("j", { ctrlKey: true })).toBe(true);
  expect(acts).toHaveLength(2);
});

test("Ctrl+Shift+O starts a thread and focuses its composer", () => {
  expect(page.press("O", { ctrlKey: true, shiftKey: true })).toBe(false);
  expect([path, frames.length]).toEqual(["/", 1]);
  withComposer();
  for (const act of frames) act();
  expect(document.activeElement?.id).toBe("composer");
  expect(page.press("o", { ctrlKey: true })).toBe(true);
  expect(page.press("o", { shiftKey: true })).toBe(true);
  expect(page.press("p", { ctrlKey: true, shiftKey: true })).toBe(true);
  expect(frames.length).toBe(1);
});

test("a slash focuses the page's composer, if there is one", () => {
  expect(page.press("/")).toBe(true);
  withComposer();
  for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }]) {
    expect(page.press("/", more)).toBe(true);
    expect(document.activeElement?.id).not.toBe("composer");
  }
  expect(page.press("/", {}, by("button"))).toBe(false);
  expect(document.activeElement?.id).toBe("composer");
});

test("a slash typed into a field is a slash", () => {
  withComposer();
  const editable = by("button");
  for (const id of ["input", "area", "select"]) expect(page.press("/", {}, by(id))).toBe(true);
  if (editable) Object.defineProperty(editable, "isContentEditable", { value: true });
  expect(page.press("/", {}, editable)).toBe(true);
  expect(document.activeElement).toBe(document.body);
  expect(page.press("/", {}, document)).toBe(false);
});

test("Escape closes the drawer without stopping other handlers", () => {
  expect(page.press("Escape")).toBe(true);
  expect(page.press("Enter")).toBe(true);
  expect(acts).toEqual(["close"]);
});

test("shortcuts end with their page", () => {
  page.draw(null);
  page.press("k", { ctrlKey: true });
  expect(acts).toEqual([]);
});

test("shortcuts are displayed in the platform's notation", () => {
  expect(keys).toEqual({ search: "Ctrl K", newThread: "Ctrl ⇧ O" });
});

import { afterEach, beforeEach, expect, test } from "bun:test";
import { openPage, type TestPage } from "../../test/page.ts";
import { readDraft, writeDraft } from "./draft.ts";

let page: TestPage;
beforeEach(() => {
  page = openPage();
});
afterEach(() => page[Symbol.dispose]());

test("a draft is stored under its key until it is sent", () => {
  expect(readDraft("home")).toBe("");
  writeDraft("home", "Hello");
  writeDraft("t1", "Other");
  expect([readDraft("home"), readDraft("t1")]).toEqual(["Hello", "Other"]);
  expect(localStorage.getItem("atelier.draft.home")).toBe("Hello");
  writeDraft("home", "");
  expect(readDraft("home")).toBe("");
  expect(localStorage.getItem("atelier.draft.home")).toBeNull();
});

test("a browser without storage has no drafts, and no errors", () => {
  const blocked = () => {
    throw new Error("blocked");
  };
  page.set("localStorage", { getItem: blocked, setItem: blocked, removeItem: blocked });
  writeDraft("home", "Hello");
  writeDraft("home", "");
  expect(readDraft("home")).toBe("");
});

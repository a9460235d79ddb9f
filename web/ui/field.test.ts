import { afterEach, beforeEach, expect, test } from "bun:test";
import { h } from "preact";
import { openPage, type TestPage } from "../test/page.ts";
import { Input } from "./field.tsx";

let page: TestPage;
beforeEach(() => {
  page = openPage();
});
afterEach(() => page[Symbol.dispose]());

test("an error that is the end of a sentence begins with the field's name, a whole one does not", () => {
  const shown = (error: string) => {
    page.draw(h(Input, { label: "E-mail", error }));
    return document.querySelector(".field-error")?.textContent;
  };
  expect(shown("is taken")).toBe("E-mail is taken");
  expect(shown("Invalid email address")).toBe("Invalid email address");
});

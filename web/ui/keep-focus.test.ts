import { afterEach, beforeEach, expect, test } from "bun:test";
import { h } from "preact";
import { openPage, type TestPage } from "../test/page.ts";
import { LoadMore } from "./states.tsx";
import { Section } from "./tabs.tsx";

let page: TestPage;
beforeEach(() => {
  page = openPage();
});
afterEach(() => page[Symbol.dispose]());

const list = (names: readonly string[], more?: Parameters<typeof LoadMore>[0]) =>
  page.draw(
    h(Section, {
      title: "Files",
      children: [
        names.length === 0
          ? h("p", {}, "No files")
          : h(
              "ul",
              {},
              names.map((name) => h("li", { key: name }, h("button", { type: "button" }, name))),
            ),
        more && h(LoadMore, more),
      ],
    }),
  );
const button = (name: string) =>
  [...document.querySelectorAll("button")].find(({ textContent }) => textContent === name);
/** What has the focus, after the mutations were observed. */
const focused = async () => {
  await Promise.resolve();
  return document.activeElement?.textContent;
};

test("a removed row hands the focus to the next, the last one to the row before, then to the heading", async () => {
  list(["a", "b", "c"]);
  button("b")?.focus();
  list(["a", "c"]);
  expect(await focused()).toBe("c");
  list(["a"]);
  expect(await focused()).toBe("a");
  list([]);
  expect(await focused()).toBe("Files");
});

test("a row that is removed while the focus is elsewhere, or was left, moves no focus", async () => {
  list(["a", "b"]);
  button("a")?.focus();
  list(["a"]);
  expect(await focused()).toBe("a");
  button("a")?.blur();
  await Promise.resolve();
  list(["b"]);
  expect(document.activeElement).toBe(document.body);
  await Promise.resolve();
  expect(document.activeElement).toBe(document.body);
});

test("a row that is added takes the focus from the button that asked for it", async () => {
  const names = ["a", "b"];
  const draw = (more: boolean, busy: boolean) =>
    list(names, { more, busy, onLoad: () => draw(true, true) });
  draw(true, false);
  for (const [added, more] of [
    ["c", true],
    ["d", false],
  ] as const) {
    button("Show more")?.focus();
    button("Show more")?.click();
    names.push(added);
    draw(more, false);
    expect(await focused()).toBe(added);
  }
});

test("a failure to show more gives the focus back to its button", async () => {
  const draw = (busy: boolean) => list(["a"], { more: true, busy, onLoad: () => draw(true) });
  draw(false);
  button("Show more")?.focus();
  button("Show more")?.click();
  button("Show more")?.blur();
  draw(false);
  expect(await focused()).toBe("Show more");
});

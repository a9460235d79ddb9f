import { afterAll, beforeAll, expect, test } from "bun:test";
import { openPage, type TestPage } from "../test/page.ts";

let page: TestPage;
beforeAll(() => {
  page = openPage();
});
afterAll(() => page[Symbol.dispose]());

const chosen = () => [
  document.documentElement.dataset.theme,
  localStorage.getItem("atelier.theme") ?? undefined,
];

test("a choice of light or dark applies at once and to the next visit; the system's choice is not stored", async () => {
  document.documentElement.dataset.theme = "dark";
  const { setTheme, theme } = await import("./theme.ts");
  expect(theme.value).toBe("dark");
  setTheme("light");
  expect([theme.value, ...chosen()]).toEqual(["light", "light", "light"]);
  setTheme("dark");
  expect([theme.value, ...chosen()]).toEqual(["dark", "dark", "dark"]);
  setTheme("system");
  expect([theme.value, ...chosen()]).toEqual(["system", undefined, undefined]);
});

test("a browser without storage can still change the theme", async () => {
  const { setTheme, theme } = await import("./theme.ts");
  page.set("localStorage", {
    setItem: () => {
      throw new Error("blocked");
    },
  });
  setTheme("dark");
  expect([theme.value, document.documentElement.dataset.theme]).toEqual(["dark", "dark"]);
});

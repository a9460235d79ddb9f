import { afterEach, beforeEach, expect, test } from "bun:test";
import { h } from "preact";
import { act } from "preact/test-utils";
import { Intersections } from "../../test/intersections.ts";
import { openPage, type TestPage } from "../../test/page.ts";
import { EarlierMessages } from "./earlier-messages.tsx";

let page: TestPage;
let intersections: Intersections;
let calls: PromiseWithResolvers<void>[];
const load = () => {
  const call = Promise.withResolvers<void>();
  calls.push(call);
  return call.promise;
};
const draw = (firstId: string) => page.draw(h(EarlierMessages, { firstId, load }));
const one = (selector: string): HTMLElement => {
  const found = document.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`no ${selector}`);
  return found;
};
const reach = (isIntersecting = true) =>
  act(() => intersections.change({ target: one(".earlier"), isIntersecting }));
const end = (settle: (call: PromiseWithResolvers<void>) => void) =>
  act(async () => {
    const call = calls.at(-1);
    if (call) settle(call);
    await Bun.sleep(0);
  });

beforeEach(() => {
  page = openPage();
  page.set("scrollY", 500);
  intersections = new Intersections(page);
  calls = [];
  draw("m50");
});
afterEach(() => page[Symbol.dispose]());

test("they are loaded before the reader reaches the first message, one page at a time", async () => {
  expect(intersections.margins).toEqual(["100% 0px"]);
  reach(false);
  expect(calls).toHaveLength(0);
  reach();
  reach();
  expect(calls).toHaveLength(1);
  expect([one("button").textContent, one("button").ariaBusy]).toEqual(["Loading", "true"]);
  await end(({ resolve }) => resolve());
  expect(one("button").textContent).toBe("Show earlier messages");
  draw("m0");
  expect([intersections.margins.length, intersections.watched.size]).toEqual([2, 1]);
  reach();
  expect(calls).toHaveLength(2);
});

test("at the very top only the button loads them", async () => {
  page.set("scrollY", 0);
  reach();
  expect(calls).toHaveLength(0);
  act(() => one("button").click());
  expect(calls).toHaveLength(1);
  await end(({ resolve }) => resolve());
});

test("a failure is told with its reason, and the button tries again", async () => {
  reach();
  await end(({ reject }) => reject(new TypeError("Failed to fetch")));
  expect(one("[role=alert]").textContent).toStartWith("The earlier messages could not be loaded. ");
  expect(one("button").textContent).toBe("Try again");
  act(() => one("button").click());
  expect(document.querySelector("[role=alert]")).toBeNull();
  await end(({ resolve }) => resolve());
  expect(one("button").textContent).toBe("Show earlier messages");
});

test("nothing is observed any more when the page is left", () => {
  page.draw(null);
  expect(intersections.watched.size).toBe(0);
});

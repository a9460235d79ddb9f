import { afterEach, beforeEach, expect, test } from "bun:test";
import { h } from "preact";
import { act } from "preact/test-utils";
import { openPage, type TestPage } from "../../test/page.ts";
import { useLinkedMessage } from "./use-linked-message.ts";

const FIRST = "01a21f38-5f1c-7378-90cd-cfe23069a879";
const SECOND = "01a21f38-5f1c-7379-a6a4-daab6b6d20ef";
let page: TestPage;
let asked: string[];
let scrolled: string[];

/** The message is drawn once it is loaded. */
const load = async (id: string) => {
  asked.push(id);
  const message = document.createElement("article");
  message.id = id;
  message.tabIndex = -1;
  document.body.append(message);
};
const open = (hash: string) => {
  page = openPage(`http://localhost/threads/t1${hash}`);
  HTMLElement.prototype.scrollIntoView = function note(this: HTMLElement) {
    scrolled.push(this.id);
  };
};
function Thread(props: { ready: boolean }) {
  useLinkedMessage(props.ready, load);
  return null;
}
const settled = () => act(() => Bun.sleep(0));

beforeEach(() => {
  asked = [];
  scrolled = [];
});
afterEach(() => page[Symbol.dispose]());

test("a link's message is loaded when the thread is there, shown once and given the focus", async () => {
  open(`#${FIRST}`);
  page.draw(h(Thread, { ready: false }));
  expect(asked).toEqual([]);
  page.draw(h(Thread, { ready: true }));
  await settled();
  expect([asked, scrolled, document.activeElement?.id]).toEqual([[FIRST], [FIRST], FIRST]);
});

test("links on the page lead to messages too, until it is left", async () => {
  open("");
  page.draw(h(Thread, { ready: true }));
  const follow = async (hash: string) => {
    location.hash = hash;
    dispatchEvent(new Event("hashchange"));
    await settled();
  };
  await follow("main");
  expect(asked).toEqual([]);
  await follow(SECOND);
  expect(new Set(asked)).toEqual(new Set([SECOND]));
  page.draw(null);
  asked = [];
  await follow(FIRST);
  expect(asked).toEqual([]);
});

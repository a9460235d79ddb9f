import { afterEach, beforeEach, expect, jest, test } from "bun:test";
import { dismissToast, dismissUndo, toast, toasts } from "./toast.ts";

beforeEach(() => jest.useFakeTimers());
afterEach(() => {
  for (const { id } of toasts.value) dismissToast(id);
  jest.useRealTimers();
});

const texts = () => toasts.value.map(({ text }) => text);

test("a toast disappears after five seconds", () => {
  toast("Saved");
  expect(toasts.value).toMatchObject([{ text: "Saved", tone: "plain", action: undefined }]);
  jest.advanceTimersByTime(4_999);
  expect(texts()).toEqual(["Saved"]);
  jest.advanceTimersByTime(1);
  expect(texts()).toEqual([]);
});

test("a failure, or a toast with undo, stays ten seconds", () => {
  const run = () => {};
  toast("Failed", { tone: "danger" });
  toast("Deleted", { action: { label: "Undo", run } });
  expect(toasts.value).toMatchObject([{ tone: "danger" }, { tone: "plain", action: { run } }]);
  jest.advanceTimersByTime(9_999);
  expect(texts()).toEqual(["Failed", "Deleted"]);
  jest.advanceTimersByTime(1);
  expect(texts()).toEqual([]);
});

test("at most three are shown, the oldest goes first", () => {
  for (const text of ["1", "2", "3", "4"]) toast(text);
  expect(texts()).toEqual(["2", "3", "4"]);
  expect(new Set(toasts.value.map(({ id }) => id)).size).toBe(3);
});

test("dismissing one removes only that one", () => {
  toast("one");
  toast("two");
  dismissToast(toasts.value[0]?.id ?? 0);
  expect(texts()).toEqual(["two"]);
});

test("the offer to undo goes when its thing was restored elsewhere, and no other", () => {
  const action = { label: "Undo", run: () => {} };
  toast("Deleted a", { undoes: "a", action });
  toast("Deleted b", { undoes: "b", action });
  toast("Saved");
  dismissUndo("a");
  expect(texts()).toEqual(["Deleted b", "Saved"]);
});

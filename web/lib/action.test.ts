import { afterEach, beforeEach, expect, test } from "bun:test";
import { openPage, type TestPage } from "../test/page.ts";
import { type ActionOptions, attempt, useAction } from "./action.ts";
import { ApiError } from "./api-error.ts";
import { dismissToast, toasts } from "./toast.ts";

let page: TestPage;
beforeEach(() => {
  page = openPage();
});
afterEach(() => {
  page[Symbol.dispose]();
  for (const { id } of toasts.value) dismissToast(id);
});

const actionOf = <Args extends unknown[]>(
  act: (...args: Args) => Promise<unknown>,
  options?: ActionOptions,
) => page.hook(() => useAction(act, options)).current;
const refused = (status: number) => () =>
  Promise.reject(new ApiError(status, "refused", `Refused ${status}.`));

test("an action is busy while it runs, and reports success", async () => {
  const given: unknown[] = [];
  const done = Promise.withResolvers<void>();
  const action = actionOf(async (one: string, two: number) => {
    given.push(one, two);
    await done.promise;
  });
  expect(action.busy.value).toBe(false);
  const run = action.run("a", 1);
  expect([given, action.busy.value]).toEqual([["a", 1], true]);
  done.resolve();
  expect(await run).toBe(true);
  expect([action.busy.value, action.error.value]).toEqual([false, undefined]);
});

test("a running action is not started again", async () => {
  let started = 0;
  const done = Promise.withResolvers<void>();
  const action = actionOf(() => {
    started++;
    return done.promise;
  });
  const first = action.run();
  expect(await action.run()).toBe(false);
  expect(started).toBe(1);
  done.resolve();
  await first;
  await action.run();
  expect(started).toBe(2);
});

test("a failure is kept for the form until the next run, and shown nowhere else", async () => {
  let fails = true;
  const action = actionOf(() => (fails ? refused(409)() : Promise.resolve()));
  expect(await action.run()).toBe(false);
  expect(action.error.value?.detail).toBe("Refused 409.");
  expect([action.busy.value, toasts.value]).toEqual([false, []]);
  fails = false;
  const second = action.run();
  expect(action.error.value).toBeUndefined();
  await second;
});

test("without a form a failure is shown as a toast", async () => {
  await actionOf(refused(409), { toast: true }).run();
  expect(toasts.value).toMatchObject([{ text: "Refused 409.", tone: "danger" }]);
});

test("a failure that a field shows is not shown as a toast too", async () => {
  const shows = (failure: ApiError) => failure.status !== 422;
  await actionOf(refused(422), { toast: shows }).run();
  expect(toasts.value).toEqual([]);
  await actionOf(refused(503), { toast: shows }).run();
  expect(toasts.value).toMatchObject([{ text: "Refused 503.", tone: "danger" }]);
});

test("after a conflict the data is reloaded, and only then", async () => {
  let read = 0;
  const onConflict = () => {
    read++;
  };
  await actionOf(refused(412), { onConflict }).run();
  expect(read).toBe(1);
  await actionOf(refused(409), { onConflict }).run();
  expect(read).toBe(1);
  expect(await actionOf(refused(412)).run()).toBe(false);
});

test("work without a form shows its failure as a toast", async () => {
  attempt(Promise.resolve());
  attempt(Promise.reject(new TypeError("Failed to fetch")));
  await Promise.resolve();
  await Promise.resolve();
  expect(toasts.value).toMatchObject([{ tone: "danger", text: expect.stringMatching(/./) }]);
});

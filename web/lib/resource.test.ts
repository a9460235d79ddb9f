import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { openPage, type TestPage } from "../test/page.ts";
import { ApiError } from "./api-error.ts";
import { createList, createResource, type Page, useList, useResource } from "./resource.ts";

/** A read that the test answers, and that records when it was aborted. */
function slowRead<T>() {
  const calls: { answer: PromiseWithResolvers<T>; signal: AbortSignal; cursor?: string }[] = [];
  const begin = (signal: AbortSignal, cursor?: string) => {
    const answer = Promise.withResolvers<T>();
    calls.push({ answer, signal, ...(cursor === undefined ? {} : { cursor }) });
    return answer.promise;
  };
  const call = (index: number) => {
    const found = calls[index];
    if (!found) throw new Error(`there was no call ${index}`);
    return found;
  };
  return { calls, begin, call };
}

const gone = new ApiError(404, "not_found", "Gone.");

describe("a resource", () => {
  test("is loaded only on request, and is busy meanwhile", async () => {
    const { calls, begin, call } = slowRead<string>();
    const resource = createResource((signal) => begin(signal));
    expect([calls.length, resource.busy.value, resource.data.value]).toEqual([0, false, undefined]);
    const load = resource.load();
    expect(resource.busy.value).toBe(true);
    call(0).answer.resolve("one");
    await load;
    expect([resource.data.value, resource.busy.value, resource.error.value]).toEqual([
      "one",
      false,
      undefined,
    ]);
  });

  test("keeps its data while it is reloaded, also when that fails", async () => {
    const { begin, call } = slowRead<string>();
    const resource = createResource((signal) => begin(signal));
    const first = resource.load();
    call(0).answer.resolve("one");
    await first;
    const second = resource.load();
    expect(resource.data.value).toBe("one");
    call(1).answer.reject(gone);
    await second;
    expect([resource.data.value, resource.error.value, resource.busy.value]).toEqual([
      "one",
      gone,
      false,
    ]);
    const third = resource.load();
    expect(resource.error.value).toBe(gone);
    call(2).answer.resolve("two");
    await third;
    expect([resource.data.value, resource.error.value]).toEqual(["two", undefined]);
  });

  test("shows the result of the latest call, in whatever order the answers arrive", async () => {
    const { begin, call } = slowRead<string>();
    const resource = createResource((signal) => begin(signal));
    const first = resource.load();
    const second = resource.load();
    expect(call(0).signal.aborted).toBe(true);
    expect(call(1).signal.aborted).toBe(false);
    call(0).answer.resolve("old");
    await first;
    expect([resource.data.value, resource.busy.value]).toEqual([undefined, true]);
    call(1).answer.resolve("new");
    await second;
    expect([resource.data.value, resource.busy.value]).toEqual(["new", false]);
  });

  test("ignores a call that was replaced or aborted", async () => {
    const { begin, call } = slowRead<string>();
    const resource = createResource((signal) => begin(signal));
    const first = resource.load();
    const second = resource.load();
    call(0).answer.reject(gone);
    await first;
    expect([resource.error.value, resource.busy.value]).toEqual([undefined, true]);
    resource.dispose();
    expect(call(1).signal.aborted).toBe(true);
    call(1).answer.reject(gone);
    await second;
    expect(resource.error.value).toBeUndefined();
    createResource(() => Promise.resolve("")).dispose();
  });
});

describe("a list", () => {
  const page = (items: string[], nextCursor?: string | null): Page<string> =>
    nextCursor === undefined ? { items } : { items, nextCursor };

  test("loads page by page while there is another one", async () => {
    const { calls, begin, call } = slowRead<Page<string>>();
    const list = createList<string>((cursor, signal) => begin(signal, cursor));
    await list.loadMore();
    expect([calls.length, list.more.value]).toEqual([0, false]);
    const first = list.load();
    expect([call(0).cursor, list.busy.value, list.items.value]).toEqual([
      undefined,
      true,
      undefined,
    ]);
    call(0).answer.resolve(page(["a"], "next"));
    await first;
    expect([list.items.value, list.more.value, list.busy.value]).toEqual([["a"], true, false]);
    const second = list.loadMore();
    expect(call(1).cursor).toBe("next");
    call(1).answer.resolve(page(["b"], null));
    await second;
    expect([list.items.value, list.more.value]).toEqual([["a", "b"], false]);
    await list.loadMore();
    expect(calls.length).toBe(2);
  });

  test("starts again from the first page", async () => {
    const { begin, call } = slowRead<Page<string>>();
    const list = createList<string>((cursor, signal) => begin(signal, cursor));
    const first = list.load();
    call(0).answer.resolve(page(["a"], "next"));
    await first;
    const again = list.load();
    expect(call(1).cursor).toBeUndefined();
    call(1).answer.resolve(page(["z"]));
    await again;
    expect([list.items.value, list.more.value]).toEqual([["z"], false]);
  });

  test("keeps its items when a page fails, and clears the error afterwards", async () => {
    const { begin, call } = slowRead<Page<string>>();
    const list = createList<string>((cursor, signal) => begin(signal, cursor));
    const first = list.load();
    call(0).answer.resolve(page(["a"], "next"));
    await first;
    const failed = list.loadMore();
    call(1).answer.reject(gone);
    await failed;
    expect([list.items.value, list.error.value, list.busy.value, list.more.value]).toEqual([
      ["a"],
      gone,
      false,
      true,
    ]);
    const second = list.loadMore();
    call(2).answer.resolve(page(["b"]));
    await second;
    expect([list.items.value, list.error.value]).toEqual([["a", "b"], undefined]);
  });

  test("shows the result of the latest call, and ignores an aborted one", async () => {
    const { begin, call } = slowRead<Page<string>>();
    const list = createList<string>((cursor, signal) => begin(signal, cursor));
    const first = list.load();
    const second = list.load();
    expect([call(0).signal.aborted, call(1).signal.aborted]).toEqual([true, false]);
    call(0).answer.resolve(page(["old"], "next"));
    await first;
    expect([list.items.value, list.busy.value, list.more.value]).toEqual([undefined, true, false]);
    call(1).answer.reject(gone);
    list.dispose();
    await second;
    expect([call(1).signal.aborted, list.error.value]).toEqual([true, undefined]);
    createList(() => Promise.resolve(page([]))).dispose();
  });
});

describe("on a page", () => {
  let shown: TestPage;
  beforeEach(() => {
    shown = openPage();
  });
  afterEach(() => shown[Symbol.dispose]());

  test("a resource is loaded at once, again when its inputs change, and aborted when its component is removed", () => {
    const { calls, begin, call } = slowRead<string>();
    let id = 1;
    const hook = shown.hook(() => useResource((signal) => begin(signal, String(id)), [id]));
    expect(calls.map(({ cursor }) => cursor)).toEqual(["1"]);
    const first = hook.current;
    hook.again();
    expect([calls.length, hook.current === first]).toEqual([1, true]);
    id = 2;
    hook.again();
    expect(calls.map(({ cursor }) => cursor)).toEqual(["1", "2"]);
    expect([call(0).signal.aborted, call(1).signal.aborted]).toEqual([true, false]);
    hook.unmount();
    expect(call(1).signal.aborted).toBe(true);
  });

  test("a list is loaded at once, again when its inputs change, and aborted when its component is removed", () => {
    const { calls, begin, call } = slowRead<Page<string>>();
    let id = 1;
    const hook = shown.hook(() => useList<string>((_, signal) => begin(signal, String(id)), [id]));
    expect(calls.map(({ cursor }) => cursor)).toEqual(["1"]);
    hook.again();
    expect(calls.length).toBe(1);
    id = 2;
    hook.again();
    expect(calls.map(({ cursor }) => cursor)).toEqual(["1", "2"]);
    expect([call(0).signal.aborted, call(1).signal.aborted]).toEqual([true, false]);
    hook.unmount();
    expect(call(1).signal.aborted).toBe(true);
  });
});

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { fakeNetwork, type Network, problem } from "../../../test/support/network.ts";
import type { ThreadDetail, ThreadMessage } from "../../lib/api-types.ts";
import { begun, message, thread, threadOf } from "../../test/fixtures.ts";
import { openPage, type TestPage } from "../../test/page.ts";
import { eventStream, until } from "../../test/stream.ts";
import { recentThreads } from "../shell/index.ts";
import { rememberStart } from "./start-thread.ts";
import { ThreadModel } from "./thread-model.ts";

let page: TestPage;
let network: Network;
let model: InstanceType<typeof ThreadModel>;
/** What the server has. */
let stored: ThreadDetail;
/** Pages of messages by their query, newest first. */
let pages: Record<string, { items: ThreadMessage[]; nextCursor: string | null }>;
let refuse: Response | undefined;
let streams: Map<string, ReturnType<typeof eventStream>>;
const choice = { modelId: "m1", agentId: null, effort: null };
const asked = (method: string) =>
  network.asked.filter((call) => call.method === method).map(({ path, body }) => ({ path, body }));

beforeEach(() => {
  page = openPage();
  stored = threadOf("t1", [
    message("q"),
    message("a", { parentId: "q", role: "assistant", generationId: "g-a" }),
  ]);
  pages = {};
  refuse = undefined;
  streams = new Map();
  network = fakeNetwork(({ method, path, body }) => {
    const events = /\/generations\/([\w-]+)\/events$/.exec(path)?.[1];
    if (events) {
      const stream = eventStream();
      streams.set(events, stream);
      return stream.response;
    }
    if (refuse) return refuse;
    if (path === "/api/v1/threads?limit=20") return Response.json({ items: [thread("t1")] });
    if (path === "/api/v1/threads/t1") return Response.json(stored);
    const query = /\/messages\?(.*)$/.exec(path)?.[1];
    if (query !== undefined) return Response.json(pages[query] ?? { items: [], nextCursor: null });
    if (path.endsWith("/messages")) {
      const parent =
        typeof body === "object" && body !== null ? Reflect.get(body, "parentId") : null;
      return Response.json(begun("q2", "a2", typeof parent === "string" ? parent : null));
    }
    if (path.endsWith("/regenerate")) {
      const { assistantMessage } = begun("q", "a3", null);
      return Response.json({
        userMessage: stored.messages[0],
        assistantMessage,
        generationId: "g-a3",
      });
    }
    return new Response(null, { status: method === "PUT" ? 204 : 202 });
  });
  model = new ThreadModel("t1");
});
afterEach(() => {
  model.dispose();
  network[Symbol.dispose]();
  page[Symbol.dispose]();
  recentThreads.items.value = undefined;
});

const ids = (messages: readonly ThreadMessage[]) => messages.map(({ id }) => id);
const shown = () => model.detail.value?.messages ?? [];
/** Consecutive messages below `parentId`. */
const chain = (names: string, parentId: string | null) =>
  [...names].map((id, index, all) => message(id, { parentId: all[index - 1] ?? parentId }));

describe("a thread on the page", () => {
  test("is empty until it is loaded, and then shows the branch to its leaf", async () => {
    expect(model.detail.value).toBeUndefined();
    await model.load();
    expect(model.detail.value).toEqual(stored);
    expect([ids(shown()), model.running.value]).toEqual([["q", "a"], undefined]);
    expect(streams.size).toBe(0);
  });

  test("that was just started is there at once, and no other's start is", () => {
    rememberStart({ thread: thread("t1"), answer: begun("q", "a", null) });
    const other = new ThreadModel("t2");
    expect(other.detail.value).toBeUndefined();
    rememberStart({ thread: thread("t1"), answer: begun("q", "a", null) });
    const begunModel = new ThreadModel("t1");
    expect(ids(begunModel.detail.value?.messages ?? [])).toEqual(["q", "a"]);
    expect(begunModel.running.value?.id).toBe("a");
    begunModel.dispose();
    other.dispose();
  });

  test("that cannot be loaded says why, keeps its data, and clears the error later", async () => {
    refuse = problem(404, "not_found");
    await model.load();
    expect([model.error.value?.code, model.detail.value]).toEqual(["not_found", undefined]);
    refuse = undefined;
    await model.load();
    expect([model.error.value, model.detail.value?.id]).toEqual([undefined, "t1"]);
    refuse = problem(503, "busy");
    await model.load();
    expect([model.error.value?.code, model.detail.value?.id]).toEqual(["busy", "t1"]);
  });
});

describe("asking", () => {
  beforeEach(() => model.load());

  test("adds the question and the running answer at the end of the branch", async () => {
    await model.send("More?", choice);
    expect(asked("POST")).toEqual([
      { path: "/api/v1/threads/t1/messages", body: { parentId: "a", text: "More?", ...choice } },
    ]);
    expect(ids(shown())).toEqual(["q", "a", "q2", "a2"]);
    expect(model.running.value?.id).toBe("a2");
  });

  test("in an empty thread begins it", async () => {
    stored = threadOf("t1", []);
    await model.load();
    await model.send("First", choice);
    expect(asked("POST")[0]?.body).toEqual({ parentId: null, text: "First", ...choice });
    expect(ids(shown())).toEqual(["q2", "a2"]);
  });

  test("an edited question makes a branch beside the message", async () => {
    const [question] = shown();
    if (!question) throw new Error("no question");
    await model.edit(question, "Other words", choice);
    expect(asked("POST")[0]?.body).toEqual({ parentId: null, text: "Other words", ...choice });
    expect(ids(shown())).toEqual(["q2", "a2"]);
    expect(shown()[0]?.versionIds).toEqual(["q", "q2"]);
  });

  test("another answer makes a branch beside the old one, without repeating the question", async () => {
    const answer = shown()[1];
    if (!answer) throw new Error("no answer");
    await model.regenerate(answer, "m2");
    await model.regenerate(answer, null);
    expect(asked("POST")).toEqual([
      { path: "/api/v1/messages/a/regenerate", body: { modelId: "m2" } },
      { path: "/api/v1/messages/a/regenerate", body: {} },
    ]);
    expect(ids(shown())).toEqual(["q", "a3"]);
    expect(shown()[1]?.versionIds).toEqual(["a", "a3"]);
  });

  test("that is refused changes nothing", async () => {
    refuse = problem(402, "budget_exhausted");
    await expect(model.send("More?", choice)).rejects.toMatchObject({ code: "budget_exhausted" });
    expect(ids(shown())).toEqual(["q", "a"]);
  });

  test("before it is loaded adds nothing to it", async () => {
    const fresh = new ThreadModel("t1");
    await fresh.send("Hello", choice);
    expect(fresh.detail.value).toBeUndefined();
    fresh.dispose();
  });
});

describe("a long thread", () => {
  const gets = () => asked("GET").map(({ path }) => path.replace("/api/v1/threads/t1", ""));
  beforeEach(async () => {
    stored = threadOf("t1", chain("ghi", "f"), "before-g");
    pages["cursor=before-g"] = { items: chain("def", "c").reverse(), nextCursor: "before-d" };
    pages["cursor=before-d"] = { items: chain("abc", null).reverse(), nextCursor: null };
    await model.load();
  });

  test("gets its earlier messages page by page, and then asks no more", async () => {
    expect(ids(shown()).join("")).toBe("ghi");
    await model.loadEarlier();
    expect([ids(shown()).join(""), model.detail.value?.nextCursor]).toEqual(["defghi", "before-d"]);
    await model.loadEarlier();
    expect([ids(shown()).join(""), model.detail.value?.nextCursor]).toEqual(["abcdefghi", null]);
    await model.loadEarlier();
    expect(gets()).toEqual(["", "/messages?cursor=before-g", "/messages?cursor=before-d"]);
  });

  test("keeps them when it is loaded again after an answer", async () => {
    await model.loadEarlier();
    stored = threadOf("t1", chain("hijk", "g"), "before-h");
    await model.load();
    expect([ids(shown()).join(""), model.detail.value?.nextCursor]).toEqual([
      "defghijk",
      "before-d",
    ]);
  });

  test("adds a page once, however often it was asked for meanwhile", async () => {
    await Promise.all([model.loadEarlier(), model.loadEarlier()]);
    expect(ids(shown()).join("")).toBe("defghi");
  });

  test("says why earlier messages cannot be loaded, and loads them at the next try", async () => {
    refuse = problem(503, "busy");
    await expect(model.loadEarlier()).rejects.toMatchObject({ code: "busy" });
    expect(ids(shown()).join("")).toBe("ghi");
    refuse = undefined;
    await model.loadEarlier();
    expect(ids(shown()).join("")).toBe("defghi");
  });

  test("is loaded back to a message that a link leads to", async () => {
    pages["through=b"] = { items: chain("ghi", "f").reverse(), nextCursor: "before-g" };
    pages["cursor=before-g&limit=200"] = { items: chain("bcdef", "a").reverse(), nextCursor: "b" };
    await model.find("b");
    expect([ids(shown()).join(""), model.detail.value?.nextCursor]).toEqual(["bcdefghi", "b"]);
    await model.find("c");
    expect(gets()).toEqual(["", "/messages?through=b", "/messages?cursor=before-g&limit=200"]);
  });
});

describe("choosing a branch", () => {
  const other = [
    message("x", { parentId: "q", versionIds: ["a", "x"] }),
    message("y", { parentId: "x" }),
  ];
  beforeEach(async () => {
    const answer = message("a", { parentId: "q", versionIds: ["a", "x"] });
    stored = threadOf("t1", [message("q"), answer, message("next", { parentId: "a" })]);
    pages["through=x"] = { items: [...other].reverse(), nextCursor: "before-x" };
    await model.load();
  });

  test("shows it to its end, and at the next visit", async () => {
    await model.choose("x");
    expect([ids(shown()), model.detail.value?.nextCursor]).toEqual([["q", "x", "y"], null]);
    expect(asked("PUT")).toEqual([{ path: "/api/v1/threads/t1/leaf", body: { messageId: "x" } }]);
  });

  test("is for those who may only read a matter of this visit", async () => {
    stored = { ...stored, mayWrite: false };
    await model.load();
    await model.choose("x");
    expect([ids(shown()), asked("PUT")]).toEqual([["q", "x", "y"], []]);
  });

  test("that cannot be read changes nothing", async () => {
    refuse = problem(404, "message_not_found");
    await expect(model.choose("x")).rejects.toMatchObject({ code: "message_not_found" });
    expect([ids(shown()), asked("PUT")]).toEqual([["q", "a", "next"], []]);
  });

  test("before it is loaded sends nothing", async () => {
    const fresh = new ThreadModel("t1");
    await fresh.choose("x");
    await fresh.loadEarlier();
    expect(asked("PUT")).toEqual([]);
    fresh.dispose();
  });
});

describe("a running answer", () => {
  const running = (id: string, more: Partial<ThreadMessage> = {}) =>
    message(id, {
      parentId: "q",
      role: "assistant",
      status: "running",
      parts: [],
      generationId: `g-${id}`,
      ...more,
    });

  test("is followed, and the thread is reloaded when it ends", async () => {
    stored = threadOf("t1", [message("q"), running("a")]);
    await model.load();
    await until(() => streams.has("g-a"));
    expect([model.running.value?.id, model.live.value?.generationId]).toEqual(["a", "g-a"]);
    stored = threadOf("t1", [message("q"), running("a", { status: "complete" })]);
    streams.get("g-a")?.send(1, { type: "delta", text: "Hi" });
    streams.get("g-a")?.send(2, { type: "done", status: "complete" });
    await until(() => model.running.value === undefined);
    expect(model.live.value?.parts).toEqual([{ type: "text", text: "Hi" }]);
    await until(() => recentThreads.items.value !== undefined);
    expect(asked("GET").filter(({ path }) => path === "/api/v1/threads/t1")).toHaveLength(2);
  });

  test("is not followed while another branch is shown, and again when its own is", async () => {
    stored = threadOf("t1", [message("q"), running("new")]);
    const old = message("old", { parentId: "q", role: "assistant" });
    pages["through=old"] = { items: [old, message("q")], nextCursor: null };
    pages["through=new"] = { items: [...stored.messages].reverse(), nextCursor: null };
    await model.load();
    await until(() => streams.has("g-new"));
    await model.choose("old");
    expect(model.running.value).toBeUndefined();
    const first = network.asked.find(({ path }) => path.endsWith("/events"));
    expect(first?.signal.aborted).toBe(true);
    streams.clear();
    await model.choose("new");
    await until(() => streams.has("g-new"));
  });

  test("is stopped on the server", async () => {
    stored = threadOf("t1", [message("q"), running("a")]);
    await model.load();
    await model.stop();
    expect(asked("POST")).toEqual([{ path: "/api/v1/generations/g-a/stop", body: undefined }]);
  });

  test("whose stop is refused says so", async () => {
    stored = threadOf("t1", [message("q"), running("a")]);
    await model.load();
    refuse = problem(403, "thread_read_only");
    await expect(model.stop()).rejects.toMatchObject({ code: "thread_read_only" });
  });

  test("is not stopped when there is none", async () => {
    await model.load();
    await model.stop();
    expect(asked("POST")).toEqual([]);
  });

  test("is no longer followed when its page is left", async () => {
    stored = threadOf("t1", [message("q"), running("a")]);
    await model.load();
    await until(() => streams.has("g-a"));
    model.dispose();
    expect(network.asked.find(({ path }) => path.endsWith("/events"))?.signal.aborted).toBe(true);
  });
});

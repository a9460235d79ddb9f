import { afterEach, expect, test } from "bun:test";
import { fakeNetwork, type Network, problem } from "../../../test/support/network.ts";
import { begun, thread } from "../../test/fixtures.ts";
import { recentThreads } from "../shell/index.ts";
import { rememberStart, sendMessage, startThread, takeStart } from "./start-thread.ts";

const choice = { modelId: "m1", agentId: null, effort: null };
let network: Network | undefined;
afterEach(() => {
  network?.[Symbol.dispose]();
  recentThreads.items.value = undefined;
});

test("a thread starts with its first message, and is among the recent ones", async () => {
  network = fakeNetwork(({ method, path }) => {
    if (path.startsWith("/api/v1/threads?"))
      return Response.json({ items: [thread("t1")], nextCursor: null });
    return Response.json(path.endsWith("/messages") ? begun("q", "a", null) : thread("t1"), {
      status: method === "POST" ? 201 : 200,
    });
  });
  const started = await startThread("p1", "Hello", choice);
  expect(started).toEqual({ thread: thread("t1"), answer: begun("q", "a", null) });
  while (!recentThreads.items.value) await Promise.resolve();
  expect(network.asked.map(({ method, path, body }) => [method, path, body])).toEqual([
    ["POST", "/api/v1/projects/p1/threads", choice],
    ["POST", "/api/v1/threads/t1/messages", { parentId: null, text: "Hello", ...choice }],
    ["GET", "/api/v1/threads?limit=20", undefined],
  ]);
  const keys = network.asked.map(({ headers }) => headers.get("idempotency-key"));
  expect(keys.map((key) => typeof key)).toEqual(["string", "string", "object"]);
  expect(keys[0]).not.toBe(keys[1]);
});

test("a thread whose first message is refused is reported as a failure", async () => {
  network = fakeNetwork(({ path }) =>
    path.endsWith("/messages") ? problem(402, "budget_exhausted") : Response.json(thread("t1")),
  );
  await expect(startThread("p1", "Hello", choice)).rejects.toMatchObject({ status: 402 });
});

test("a message has a parent, a model and an agent", async () => {
  network = fakeNetwork(() => Response.json(begun("q", "a", "m0"), { status: 202 }));
  expect(
    await sendMessage("t1", "m0", "Hello", { modelId: null, agentId: "a1", effort: null }),
  ).toEqual(begun("q", "a", "m0"));
  expect(network.asked[0]?.body).toEqual({
    parentId: "m0",
    text: "Hello",
    modelId: null,
    agentId: "a1",
    effort: null,
  });
});

test("a thread that was just started is shown without a request, once", () => {
  const answer = begun("q", "a", null);
  const started = { thread: thread("t1", { title: "New" }), answer };
  expect(takeStart("t1")).toBeUndefined();
  rememberStart(started);
  expect(takeStart("t1")).toEqual({
    ...thread("t1", { title: "New" }),
    leafId: "a",
    messages: [
      { ...answer.userMessage, versionIds: ["q"] },
      { ...answer.assistantMessage, versionIds: ["a"] },
    ],
    nextCursor: null,
  });
  expect(takeStart("t1")).toBeUndefined();
  rememberStart(started);
  expect(takeStart("t2")).toBeUndefined();
  expect(takeStart("t1")).toBeUndefined();
});

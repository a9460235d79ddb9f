import { expect, test } from "bun:test";
import { failureOf } from "../../test/providers/contract.ts";
import { fetchModelNames } from "./offered-models.ts";

const listed = (reply: () => Response | Promise<Response>, seen: unknown[] = []) =>
  fetchModelNames({
    baseUrl: "https://x.example/v1?api-version=2",
    headers: { authorization: "Bearer the-key" },
    fetch: async (url, init) => {
      const headers = new Headers(init.headers);
      seen.push(url, init.method ?? "GET", init.redirect, headers.get("authorization"));
      return reply();
    },
  });

test.each<[string, unknown, string[]]>([
  ["OpenAI's", { object: "list", data: [{ id: "gpt-6" }, { id: "o3" }] }, ["gpt-6", "o3"]],
  ["Ollama's", { models: [{ name: "qwen3:8b" }] }, ["qwen3:8b"]],
  ["Google's", { data: [{ id: "models/gemini-3" }] }, ["gemini-3"]],
  ["a bare", [{ id: "a" }, { id: "a" }, { id: "b" }], ["a", "b"]],
  ["an odd", { data: [null, 7, {}, { id: "" }, { id: "x".repeat(201) }, { id: "b" }] }, ["b"]],
  ["an empty", { data: [] }, []],
])("%s list is read", async (_, body, names) => {
  expect(await listed(() => Response.json(body))).toEqual(names);
});

test("the list is asked for below the address, with the key, and no redirect is followed", async () => {
  const seen: unknown[] = [];
  await listed(() => Response.json({ data: [] }), seen);
  expect(seen).toEqual([
    "https://x.example/v1/models?api-version=2",
    "GET",
    "manual",
    "Bearer the-key",
  ]);
});

test.each<[string, () => Response | Promise<Response>, string]>([
  ["a wrong key", () => new Response("{}", { status: 401 }), "bad_key"],
  ["no list", () => new Response("Not found", { status: 404 }), "wrong_address"],
  ["a page", () => new Response("<html>Hello</html>"), "wrong_address"],
  ["another document", () => Response.json({ hello: 1 }), "malformed"],
  ["a redirect", () => new Response("", { status: 302 }), "wrong_address"],
  ["no server", () => Promise.reject(new TypeError("refused")), "unreachable"],
])("%s is an error", async (_, reply, code) => {
  expect(await failureOf(listed(reply))).toMatchObject({ code });
});

test("a list without an end is read no further than eight megabytes", async () => {
  let sent = 0;
  let closed = false;
  const body = new ReadableStream<Uint8Array>({
    pull(stream) {
      sent += 65_536;
      stream.enqueue(new Uint8Array(65_536).fill(32));
    },
    cancel() {
      closed = true;
    },
  });
  expect(await failureOf(listed(() => new Response(body)))).toMatchObject({ code: "malformed" });
  expect(closed).toBe(true);
  expect(sent).toBeLessThan(9 * 1024 * 1024);
});

test("a list whose characters and bytes are cut anywhere is read", async () => {
  const bytes = new TextEncoder().encode('{"data":[{"id":"größe-世"}]}');
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      for (const byte of bytes) stream.enqueue(new Uint8Array([byte]));
      stream.close();
    },
  });
  expect(await listed(() => new Response(body))).toEqual(["größe-世"]);
});

test("a list that breaks off is an error", async () => {
  const body = new ReadableStream<Uint8Array>({
    pull: (stream) => stream.error(new Error("reset")),
  });
  expect(await failureOf(listed(() => new Response(body)))).toMatchObject({ code: "cut" });
});

test("at most 2,000 names are taken, and the key is in no error", async () => {
  const many = Array.from({ length: 2_001 }, (_, n) => ({ id: `m${n}` }));
  expect(await listed(() => Response.json({ data: many }))).toHaveLength(2_000);
  const error = await failureOf(
    listed(() => Response.json({ error: { message: "Bad: the-key" } }, { status: 401 })),
  );
  expect(error).toMatchObject({ vendorSentence: "Bad: …" });
});

import { describe, expect, spyOn, test } from "bun:test";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { Hono } from "hono";
import { compressJson } from "./compress-json.ts";
import type { AppEnv } from "./hono-env.ts";
import { SECRET_ANSWER } from "./json.ts";

const text = (bytes: number) => ({ text: "x".repeat(bytes - '{"text":""}'.length) });
const app = new Hono<AppEnv>()
  .use(compressJson())
  .get("/json/:bytes", (c) => c.json(text(Number(c.req.param("bytes"))), 200, { etag: '"v3"' }))
  .get("/problem", (c) =>
    c.body(JSON.stringify(text(2_000)), 422, { "content-type": "application/problem+json" }),
  )
  .get("/secret", (c) => c.json(text(2_000), 200, SECRET_ANSWER))
  .get("/events", (c) =>
    c.body("data: {}\n\n".repeat(500), 200, { "content-type": "text/event-stream" }),
  )
  .get("/download", (c) =>
    c.body("{}".padEnd(5_000), 200, {
      "content-type": "application/json",
      "content-length": "5000",
    }),
  )
  .get("/nothing", (c) => c.body(null, 204))
  .get("/weak", (c) => c.json(text(2_000), 200, { etag: 'W/"v3"', vary: "cookie" }));

const get = (path: string, encoding?: string, method = "GET") =>
  app.request(path, {
    method,
    ...(encoding === undefined ? {} : { headers: { "accept-encoding": encoding } }),
  });
const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());

test.each([1_024, 16_384, 16_385, 400_000])(
  "JSON of %d bytes is the same after decompression",
  async (bytes) => {
    const response = await get(`/json/${bytes}`, "gzip, deflate, br");
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-encoding": "gzip",
      "content-type": "application/json",
      etag: 'W/"v3"',
      vary: "accept-encoding",
    });
    const sent = await bytesOf(response);
    expect(sent.byteLength).toBeLessThan(bytes / 4);
    expect(JSON.parse(new TextDecoder().decode(Bun.gunzipSync(sent)))).toEqual(text(bytes));
  },
);

test("bodies over 16 KiB are compressed beside the event loop, all of them in the fastest way", async () => {
  const inline = spyOn(Bun, "gzipSync");
  const sent = async (bytes: number) => bytesOf(await get(`/json/${bytes}`, "gzip"));
  try {
    const fastest = await promisify(gzip)(JSON.stringify(text(16_385)), { level: 1 });
    expect(await sent(16_385)).toEqual(new Uint8Array(fastest));
    expect(inline).not.toHaveBeenCalled();
    await sent(16_384);
    expect(inline.mock.calls.map(([, options]) => options)).toEqual([{ level: 1 }]);
  } finally {
    inline.mockRestore();
  }
});

test("a problem is compressed as well, and keeps its status", async () => {
  const response = await get("/problem", "gzip");
  expect(response.status).toBe(422);
  expect(response.headers.get("content-encoding")).toBe("gzip");
});

describe("is sent as it is, but may differ for another client", () => {
  test.each([
    ["a small body", "/json/1023", "gzip"],
    ["without the header", "/json/5000", undefined],
    ["for a client that accepts nothing", "/json/5000", ""],
    ["for one that accepts other codings", "/json/5000", "br, zstd"],
    ["for one that refuses gzip", "/json/5000", "gzip;q=0, *"],
    ["for one that refuses all", "/json/5000", "*;q=0"],
    ["with a secret", "/secret", "gzip"],
  ])("%s", async (_, path, encoding) => {
    const response = await get(path, encoding);
    expect(response.headers.has("content-encoding")).toBe(false);
    expect(response.headers.get("vary")).toBe("accept-encoding");
    if (path.startsWith("/json")) {
      expect(response.headers.get("etag")).toBe('"v3"');
      expect(await response.json()).toEqual(text(Number(path.slice(6))));
    }
  });
});

test.each(["*", "gzip;q=0.1", "GZIP", "br;q=1, gzip;q=0.5"])(
  "%s accepts gzip",
  async (encoding) => {
    expect((await get("/json/5000", encoding)).headers.get("content-encoding")).toBe("gzip");
  },
);

test.each(["/events", "/download", "/nothing"])("%s is not touched", async (path) => {
  const response = await get(path, "gzip");
  expect(response.headers.has("content-encoding")).toBe(false);
  expect(response.headers.has("vary")).toBe(false);
});

test("a weak tag stays as it is, and so does what else the answer varies by", async () => {
  const { headers } = await get("/weak", "gzip");
  expect(headers.get("etag")).toBe('W/"v3"');
  expect(headers.get("vary")).toBe("cookie, accept-encoding");
});

test("the answer to HEAD is not compressed", async () => {
  const response = await get("/json/5000", "gzip", "HEAD");
  expect(response.headers.has("content-encoding")).toBe(false);
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import { negotiate } from "./static-file.ts";

const SCRIPT = "const days = 28;\n";
const folder = mkdtempSync(join(tmpdir(), "static-"));
const app = new Hono().get("/:name", (c) =>
  negotiate(c, join(folder, c.req.param("name")), "public, max-age=60"),
);
const get = (name: string, accepted?: string) =>
  app.request(
    `/${name}`,
    accepted === undefined ? {} : { headers: { "accept-encoding": accepted } },
  );

beforeAll(() => {
  writeFileSync(join(folder, "both.js"), SCRIPT);
  writeFileSync(join(folder, "both.js.br"), "brotli");
  writeFileSync(join(folder, "both.js.gz"), Bun.gzipSync(SCRIPT));
  writeFileSync(join(folder, "plain.js"), SCRIPT);
});
afterAll(() => rmSync(folder, { recursive: true }));

const cases: [accepted: string | undefined, encoding: string | null, bytes: Uint8Array | string][] =
  [
    ["gzip, deflate, br", "br", "brotli"],
    ["gzip", "gzip", Bun.gzipSync(SCRIPT)],
    ["identity", null, SCRIPT],
    [undefined, null, SCRIPT],
  ];
test.each(cases)(
  "a client that accepts %p gets the copy in %p",
  async (accepted, encoding, bytes) => {
    const answer = await get("both.js", accepted);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-encoding")).toBe(encoding);
    expect(answer.headers.get("content-type")).toStartWith("text/javascript");
    expect(answer.headers.get("cache-control")).toBe("public, max-age=60");
    expect(answer.headers.get("vary")).toBe("accept-encoding");
    expect(await answer.bytes()).toEqual(new Uint8Array(Buffer.from(bytes)));
  },
);

test("a file without copies is served as it is; a missing one is 404", async () => {
  const answer = await get("plain.js", "br, gzip");
  expect([answer.status, answer.headers.get("content-encoding"), await answer.text()]).toEqual([
    200,
    null,
    SCRIPT,
  ]);
  expect((await get("missing.js", "br")).status).toBe(404);
});

import { describe, expect, test } from "bun:test";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { readPlain } from "./plain-body.ts";

const WORDS = "data: Grüße, 世界\n\n".repeat(50);

/** What is read of a body that comes in pieces of this many bytes. */
async function read(bytes: Uint8Array, encoding: string | undefined, size: number) {
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(stream) {
      if (at >= bytes.length) stream.close();
      else stream.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
  const headers = encoding === undefined ? {} : { "content-encoding": encoding };
  const reader = readPlain(new Response(body, { headers }));
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    text += decoder.decode(value, { stream: true });
    if (done) return text;
  }
}

describe.each([1, 64, 100_000])("a body in pieces of %d bytes", (size) => {
  test.each<[string, Uint8Array, string | undefined]>([
    ["plain", Buffer.from(WORDS), undefined],
    ["plain, called gzip", Buffer.from(WORDS), "gzip"],
    ["plain, called by a name that is none", Buffer.from(WORDS), "utf-8"],
    ["gzip", gzipSync(WORDS), "gzip"],
    ["gzip without its label", gzipSync(WORDS), undefined],
    ["gzip, called identity", gzipSync(WORDS), "identity"],
    ["Brotli", brotliCompressSync(WORDS), " BR"],
    ["deflate", deflateSync(WORDS), "deflate"],
    ["Zstandard", Bun.zstdCompressSync(WORDS), "zstd"],
    ["empty", new Uint8Array(), "gzip"],
  ])("%s", async (name, bytes, encoding) => {
    expect(await read(bytes, encoding, size)).toBe(name === "empty" ? "" : WORDS);
  });
});

test("a response without a body has no reader", () => {
  expect(readPlain(new Response(null, { status: 204 }))).toBeUndefined();
});

test("a compressed body that breaks off gives what came, then fails", async () => {
  const bytes = gzipSync(WORDS);
  const body = new ReadableStream<Uint8Array>({
    start: (stream) => stream.enqueue(bytes),
    pull: (stream) => stream.error(new Error("reset")),
  });
  const reader = readPlain(new Response(body));
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe(WORDS);
  await expect(reader?.read()).rejects.toThrow("reset");
});

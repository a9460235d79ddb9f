import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { MiddlewareHandler } from "hono";
import { parseAccept } from "hono/utils/accept";
import type { AppEnv } from "./hono-env.ts";
import { SECRET_ANSWER } from "./json.ts";

/** Smaller bodies fit a network packet or two either way. */
const LEAST_BYTES = 1_024;
/** Larger bodies are compressed in a thread: they would hold up the event loop. */
const INLINE_BYTES = 16_384;
/** Most of the gain at a fraction of the time. */
const LEVEL = 1;
const inThread = promisify(gzip);

/**
 * Compresses JSON for clients that accept gzip. Bodies with a length of their own, as downloads have, and event
 * streams stay as they are, and so do answers that show a secret (their size would tell about it, BREACH).
 */
export function compressJson(): MiddlewareHandler<AppEnv> {
  return async function compressJson(c, next) {
    await next();
    const { headers, body } = c.res;
    if (body === null || headers.has("content-length") || headers.has("content-encoding")) return;
    if (!/^application\/(problem\+)?json\b/.test(headers.get("content-type") ?? "")) return;
    c.header("vary", "accept-encoding", { append: true });
    if (headers.get("cache-control") === SECRET_ANSWER["cache-control"]) return;
    if (c.req.method === "HEAD" || !acceptsGzip(c.req.header("accept-encoding"))) return;
    const plain = new Uint8Array(await c.res.arrayBuffer());
    const compressed = plain.byteLength >= LEAST_BYTES;
    c.res = new Response(compressed ? await compress(plain) : plain, c.res);
    if (!compressed) return;
    c.header("content-encoding", "gzip");
    const etag = headers.get("etag");
    if (etag?.startsWith('"')) c.header("etag", `W/${etag}`);
  };
}

/** By its weight, RFC 9110: 0 refuses, and `*` stands for codings that are not named. */
function acceptsGzip(header: string | undefined): boolean {
  if (header === undefined) return false;
  const accepted = parseAccept(header.toLowerCase());
  const named =
    accepted.find(({ type }) => type === "gzip") ?? accepted.find(({ type }) => type === "*");
  return named !== undefined && named.q > 0;
}

async function compress(plain: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  if (plain.byteLength <= INLINE_BYTES) return Bun.gzipSync(plain, { level: LEVEL });
  return new Uint8Array(await inThread(plain, { level: LEVEL }));
}

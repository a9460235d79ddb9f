import type { Context, MiddlewareHandler } from "hono";
import type { AppEnv } from "./hono-env.ts";
import { Problem } from "./problem.ts";

const JSON_TYPE = "application/json";
/** JSON, alone or with its only charset (RFC 8259, section 8.1). */
const JSON_UTF8 = /^application\/json[\t ]*(?:;[\t ]*(?:charset=(?:utf-8|"utf-8")[\t ]*)?)?$/i;

/**
 * Refuses every body that is not JSON in UTF-8 by its Content-Type, so that the JSON guards see everything that
 * the validators accept. Not for file routes.
 * @throws {Problem} 415 `unsupported_media_type`.
 */
export function jsonOnly(): MiddlewareHandler<AppEnv> {
  return async function jsonOnly(c, next) {
    const type = c.req.header("content-type") ?? "";
    if (!JSON_UTF8.test(type)) {
      if (hasBody(c)) throw unsupportedMediaType(JSON_TYPE);
    } else if (type !== JSON_TYPE) {
      // The validators know fewer spellings of it.
      const headers = new Headers(c.req.raw.headers);
      headers.set("content-type", JSON_TYPE);
      c.req.raw = new Request(c.req.raw, { headers });
    }
    await next();
  };
}

/** 415 with the accepted types, also in `Accept` as RFC 9110, section 15.5.16 suggests. */
export function unsupportedMediaType(wanted: string): Problem {
  return new Problem(415, "unsupported_media_type", `The body must be ${wanted}.`, {
    headers: { accept: wanted },
  });
}

function hasBody(c: Context): boolean {
  const length = c.req.header("content-length");
  if (c.req.header("transfer-encoding") !== undefined) return true;
  return length === undefined ? c.req.raw.body !== null : Number(length) !== 0;
}

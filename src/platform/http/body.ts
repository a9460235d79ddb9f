import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { AppEnv } from "./hono-env.ts";
import { Problem } from "./problem.ts";

export const MAX_JSON_BYTES = 1_048_576;

/** Refuses JSON bodies over one megabyte before they are read completely. File routes set their own limit. */
export function jsonLimit(): MiddlewareHandler<AppEnv> {
  return bodyLimit({
    maxSize: MAX_JSON_BYTES,
    onError: () => {
      throw new Problem(413, "body_too_large", `The body is larger than ${MAX_JSON_BYTES} bytes.`);
    },
  });
}

/**
 * Refuses a JSON body that is not valid UTF-8 or JSON, or holds what PostgreSQL cannot store: NUL or a lone
 * surrogate. File routes are exempt by content type.
 */
export function wellFormedJson(): MiddlewareHandler<AppEnv> {
  return async function wellFormedJson(c, next) {
    const type = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
    if (type === "application/json") {
      const bytes = await c.req.arrayBuffer();
      let text: string;
      try {
        text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      } catch {
        throw new Problem(400, "malformed_body", "The body is not valid UTF-8.");
      }
      try {
        if (text !== "" && holdsUnstorable(JSON.parse(text))) {
          throw new Problem(
            422,
            "invalid_text",
            "The text contains characters that cannot be stored.",
          );
        }
      } catch (error) {
        if (error instanceof Problem) throw error;
        throw new Problem(400, "malformed_body", "The body is not valid JSON.");
      }
    }
    await next();
  };
}

function holdsUnstorable(value: unknown, depth = 0): boolean {
  if (depth > 64) throw new Problem(422, "validation_failed", "The body is nested too deeply.");
  if (typeof value === "string") return isUnstorable(value);
  if (Array.isArray(value)) return value.some((item) => holdsUnstorable(item, depth + 1));
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(
    ([key, item]) => isUnstorable(key) || holdsUnstorable(item, depth + 1),
  );
}

/** NUL or a lone surrogate. */
function isUnstorable(text: string): boolean {
  return text.includes("\u0000") || !text.isWellFormed();
}

import { z } from "@hono/zod-openapi";

/** A required JSON body with this schema. */
export function jsonBody<T extends z.ZodType>(schema: T) {
  return { required: true, content: { "application/json": { schema } } };
}

/** A JSON response with this schema. */
export function jsonAnswer<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** For responses that show a secret once: neither caches nor the idempotency store keep them. */
export const SECRET_ANSWER = { "cache-control": "no-store" };

/** Route description for such a response. */
export const SECRET_DESCRIPTION =
  "An Idempotency-Key is not honoured here: answers that hold a secret are never stored.";

/** A page of a list; `nextCursor` is null on the last page. */
export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/**
 * A named schema, or null. With `schema.nullable()` the OpenAPI document would make the named schema itself
 * nullable everywhere; the lazy wrapper keeps the two apart.
 */
export function orNull<T extends z.ZodType>(schema: T) {
  return z.lazy(() => schema).nullable();
}

/** A boolean query parameter, default false. */
export function flag() {
  return z.stringbool().default(false).openapi({ type: "boolean", default: false });
}

/**
 * A line of typed text: trimmed, not empty, no control characters, and none that reorder the text around it
 * (U+202A–E, U+2066–9), as in the name of somebody in the audit log.
 */
export function line(max: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
      /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/,
      "must be one line without control characters",
    )
    .refine(isVisible, "must have a visible character");
}

/**
 * Whether a text has a character other than white space, marks of format and Hangul fillers. An empty one is
 * refused for its length, once.
 */
const isVisible = (text: string) =>
  text === "" || /[^\s\p{Cf}\u115f\u1160\u3164\uffa0]/u.test(text);

/** Longer text, stored as typed. */
export function prose(max: number) {
  return z.string().max(max);
}

export const timestamp = z.iso.datetime();

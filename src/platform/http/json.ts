import { z } from "@hono/zod-openapi";

/** A required JSON body of this shape. */
export function jsonBody<T extends z.ZodType>(schema: T) {
  return { required: true, content: { "application/json": { schema } } };
}

/** A JSON answer of this shape. */
export function jsonAnswer<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** Headers of an answer that shows a secret this once: nobody on the way keeps it, nor does the store of idempotent answers. */
export const SECRET_ANSWER = { "cache-control": "no-store" };

/** What the description of a route with such an answer says. */
export const SECRET_DESCRIPTION =
  "An Idempotency-Key is not honoured here: answers that hold a secret are never stored.";

/** A page of a list; `nextCursor` is null on the last one. */
export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/**
 * A named schema, or null. With `schema.nullable()` the OpenAPI document would give the null to the
 * name itself, wherever it stands; the lazy wrapper keeps the two apart.
 */
export function orNull<T extends z.ZodType>(schema: T) {
  return z.lazy(() => schema).nullable();
}

/** A query parameter that is true or false, false when it is left out. */
export function flag() {
  return z.stringbool().default(false).openapi({ type: "boolean", default: false });
}

/** A line of text a person typed: trimmed, not empty, no control characters. */
export function line(max: number) {
  return (
    z
      .string()
      .trim()
      .min(1)
      .max(max)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
      .regex(/^[^\u0000-\u001f\u007f]*$/, "must be one line without control characters")
  );
}

/** Longer text, kept as typed. */
export function prose(max: number) {
  return z.string().max(max);
}

export const timestamp = z.iso.datetime();

import type { AdminProvider, ProviderChange } from "../../lib/api-types.ts";

type Header = AdminProvider["headers"][number];
type HeaderInput = NonNullable<ProviderChange["headers"]>[number];

/** Stands for the stored value of a secret header. */
const STORED = "••••";

/** Headers as lines of a text field, `Name: value`. */
export function linesOf(headers: readonly Header[]): string {
  return headers.map(({ name, value }) => `${name}: ${value ?? STORED}`).join("\n");
}

/**
 * The headers in a text field. A value that is shown as stored is kept; every other is secret from now on, unless
 * it was shown before. A line without a colon is a name without a value, which the server refuses.
 */
export function headersIn(text: string, stored: readonly Header[] = []): HeaderInput[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => {
    const colon = line.indexOf(":");
    const name = (colon === -1 ? line : line.slice(0, colon)).trim();
    const value = colon === -1 ? "" : line.slice(colon + 1).trim();
    if (value === STORED) return { name, value: null, secret: true };
    const plain = stored.some((header) => header.name === name && header.value !== null);
    return { name, value, secret: !plain };
  });
}

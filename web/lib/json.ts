/** Reading untrusted JSON: each function returns undefined for another type. */

/** Parses JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A member of an object. */
export function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** A string member. */
export function textAt(value: unknown, name: string): string | undefined {
  const found = member(value, name);
  return typeof found === "string" ? found : undefined;
}

/** An integer member. */
export function integerAt(value: unknown, name: string): number | undefined {
  const found = member(value, name);
  return typeof found === "number" && Number.isInteger(found) ? found : undefined;
}

/** Reading what came over the wire: each of these answers undefined where the shape is another. */

/** The value that a text of JSON stands for. */
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

/** A member that is a text. */
export function textAt(value: unknown, name: string): string | undefined {
  const found = member(value, name);
  return typeof found === "string" ? found : undefined;
}

/** A member that is a whole number. */
export function integerAt(value: unknown, name: string): number | undefined {
  const found = member(value, name);
  return typeof found === "number" && Number.isInteger(found) ? found : undefined;
}

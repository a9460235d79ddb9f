/** Reads JSON as some servers write it: with bare control characters, with NaN, or several values in a row. */

/** A number that JSON does not have, as Python writes it, where a value stands. */
const NO_NUMBER = /([:,[]\s*)(?:NaN|-?Infinity)(?=\s*[,}\]])/g;
const CONTROL = /\p{Cc}/gu;

/** The value of a JSON text; undefined if it is none. */
export function parseJson(text: string): unknown {
  return parseStrict(text) ?? parseStrict(text.replace(CONTROL, " ").replace(NO_NUMBER, "$1null"));
}

/**
 * The objects and lists in a text that is more than one of them: in lines, glued, between other words. The last one may
 * be cut.
 */
export function jsonPieces(text: string): string[] {
  const pieces: string[] = [];
  let depth = 0;
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (quoted) {
      if (char === "\\") at++;
      else if (char === '"') quoted = false;
    } else if (char === '"') {
      quoted = depth > 0;
    } else if (char === "{" || char === "[") {
      if (depth === 0) start = at;
      depth++;
    } else if ((char === "}" || char === "]") && depth > 0) {
      depth--;
      if (depth === 0) pieces.push(text.slice(start, at + 1));
    }
  }
  if (depth > 0) pieces.push(text.slice(start));
  return pieces;
}

function parseStrict(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

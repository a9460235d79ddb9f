/** One change of a query's text, by offsets in that text. */
export interface SqlChange {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

const SWAPS: readonly (readonly [RegExp, string])[] = [
  [/\band\b/g, "or"],
  [/\bor\b/g, "and"],
  [/\bis not null\b/g, "is null"],
  [/\bis null\b/g, "is not null"],
  [/\bnot exists\b/g, "exists"],
  [/\bdesc\b/g, "asc"],
  [/\basc\b/g, "desc"],
  [/\bleast\b/g, "greatest"],
  [/\bgreatest\b/g, "least"],
  [/\btrue\b/g, "false"],
  [/\bfalse\b/g, "true"],
  [/\bfor update\b/g, ""],
  [/\bfor no key update\b/g, ""],
  [/\bskip locked\b/g, ""],
  [/(?<= )<=(?= )/g, "<"],
  [/(?<= )>=(?= )/g, ">"],
  [/(?<= )<(?= )/g, "<="],
  [/(?<= )>(?= )/g, ">="],
  [/(?<= )<>(?= )/g, "="],
  [/(?<= )=(?= )/g, "<>"],
  [/(?<= )\+(?= )/g, "-"],
  [/(?<= )-(?= )/g, "+"],
];

/** The single changes of a piece of SQL that keep it valid. */
export function sqlChanges(text: string): SqlChange[] {
  return SWAPS.flatMap(([pattern, replacement]) =>
    [...text.matchAll(pattern)].map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
      replacement,
    })),
  );
}

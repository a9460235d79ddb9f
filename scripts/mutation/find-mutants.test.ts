import { describe, expect, test } from "bun:test";
import { applyMutant, describeMutant, findMutants, type Kind } from "./find-mutants.ts";

/** The results of all changes of one kind to a source. */
function changed(kind: Kind, text: string): string[] {
  return findMutants("a.ts", text)
    .filter((mutant) => mutant.kind === kind)
    .map((mutant) => applyMutant(text, mutant));
}

describe("a single change", () => {
  const cases: [Kind, string, string[]][] = [
    ["condition negated", "if (a) b();", ["if (!(a)) b();"]],
    ["condition negated", "if (!a) b();", ["if (a) b();"]],
    ["condition negated", "x = a ? 1 : 2;", ["x = !(a) ? 1 : 2;"]],
    ["comparison shifted", "x = a < b;", ["x = a <= b;"]],
    ["comparison shifted", "x = Math.min(a, b);", ["x = Math.max(a, b);"]],
    ["logic swapped", "x = a && b;", ["x = a || b;"]],
    ["default dropped", "x = a ?? b;", ["x = a;", "x = b;"]],
    ["arithmetic swapped", "x = a + b;", ["x = a - b;"]],
    ["constant changed", "x = true;", ["x = false;"]],
    ["constant changed", "x = 1;", ["x = 0;"]],
    ["constant changed", "x = 30_000;", ["x = 0;", "x = 60000;"]],
    ["text changed", 'x = "read";', ['x = "read~";']],
    ["property dropped", "x = { a, b: 1 };", ["x = { b: 1 };", "x = { a };"]],
    ["element dropped", "x = [a];", ["x = [];"]],
    ["argument dropped", "and(a, b);", ["and(b);", "and(a);"]],
    ["chained call dropped", "x = a.sort(f);", ["x = a;"]],
    ["call removed", "a(); await b();", ["; await b();", "a(); ;"]],
    ["assignment removed", "this.open = false;", [";"]],
    ["throw removed", "if (a) throw b;", ["if (a) ;"]],
    ["await dropped", "await a();", ["(a());"]],
    ["catch dropped", "a().catch(b);", ["a();"]],
    ["catch dropped", "try { a(); } catch { b(); }", ["{ a(); }"]],
    ["catch dropped", "try { a(); } finally { b(); }", ["{ a(); }"]],
    [
      "catch dropped",
      "try { a(); } catch { b(); } finally { c(); }",
      ["try { a(); } finally { c(); }"],
    ],
    ["early return", "function a() { b(); }", ["function a() { return; b(); }"]],
    ["sql changed", "sql`a and b`;", ["sql`a or b`;"]],
    ["sql changed", "sql`a <= b`;", ["sql`a < b`;"]],
    ["sql changed", "sql`select 1 for update`;", ["sql`select 1 `;"]],
  ];
  test.each(cases)("%s: %s", (kind, text, expected) => {
    expect(changed(kind, text)).toEqual(expected);
  });

  test("ignores imports, types, log lines and texts for people", () => {
    const text = `
      import { a } from "./a.ts";
      type Kind = "read" | "write";
      let kind: "read" = b;
      log.warn({ id: 1 }, "gone");
      const title = "Not found there";
    `;
    expect(findMutants("a.ts", text)).toEqual([]);
  });

  test("is described by its line, before and after", () => {
    const text = "const a = 1;\n\n  if (a)\n    b();\n";
    const [mutant] = findMutants("a.ts", text).filter(({ kind }) => kind === "condition negated");
    expect(mutant?.line).toBe(3);
    expect(mutant && describeMutant(text, mutant)).toEqual({
      before: "if (a)",
      after: "if (!(a))",
    });
  });
});

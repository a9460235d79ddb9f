import { expect, test } from "bun:test";
import type { Mutant } from "./find-mutants.ts";
import { sample } from "./sample.ts";

const mutants: Mutant[] = ["a.ts", "b.ts"].flatMap((path) =>
  Array.from({ length: 40 }, (_, index) => ({
    path,
    start: index,
    end: index + 1,
    replacement: "",
    kind: index < 39 ? "text changed" : "await dropped",
    line: 1,
  })),
);

test("a seed gives the same sample again, another seed another one", () => {
  const first = (seed: number) => [...sample(mutants, seed)].slice(0, 10);
  expect(first(7)).toEqual(first(7));
  expect(first(8)).not.toEqual(first(7));
});

test("each change is drawn once, and in the end all are", () => {
  const drawn = [...sample(mutants, 3)];
  expect(drawn.length).toBe(80);
  expect(new Set(drawn).size).toBe(80);
});

test("rare kinds come early: the kind is drawn before the change", () => {
  const early = [1, 2, 3, 4, 5].flatMap((seed) => [...sample(mutants, seed)].slice(0, 20));
  const rare = early.filter(({ kind }) => kind === "await dropped").length;
  expect(rare).toBe(10);
});

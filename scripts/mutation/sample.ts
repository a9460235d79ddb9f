import { randomFrom } from "../../test/support/random.ts";
import type { Mutant } from "./find-mutants.ts";

/**
 * Draws without replacement: a file weighted by its number of possible changes (square root, so that a long
 * table of constants does not dominate), then a kind, then a change.
 */
export function* sample(mutants: readonly Mutant[], seed: number): Generator<Mutant> {
  const random = randomFrom(seed);
  const files = new Map<string, Map<string, Mutant[]>>();
  for (const mutant of mutants) {
    const kinds = files.get(mutant.path) ?? new Map<string, Mutant[]>();
    files.set(mutant.path, kinds);
    kinds.set(mutant.kind, [...(kinds.get(mutant.kind) ?? []), mutant]);
  }
  while (files.size > 0) {
    const weighed = [...files].map(([path, kinds]) => ({
      path,
      kinds,
      weight: Math.sqrt([...kinds.values()].reduce((sum, list) => sum + list.length, 0)),
    }));
    const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
    const file = weighedPick(weighed, random() * total);
    if (file === undefined) return;
    const kind = [...file.kinds][Math.floor(random() * file.kinds.size)];
    if (kind === undefined) return;
    const [mutant] = kind[1].splice(Math.floor(random() * kind[1].length), 1);
    if (kind[1].length === 0) file.kinds.delete(kind[0]);
    if (file.kinds.size === 0) files.delete(file.path);
    if (mutant !== undefined) yield mutant;
  }
}

/** The entry at a point of the cumulative weights. */
function weighedPick<T extends { weight: number }>(
  all: readonly T[],
  point: number,
): T | undefined {
  let left = point;
  for (const one of all) {
    left -= one.weight;
    if (left < 0) return one;
  }
  return all.at(-1);
}

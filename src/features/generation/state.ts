import type { Deps } from "../../deps.ts";
import { Notices } from "./notices.ts";
import { Runner } from "./runner.ts";

interface GenerationState {
  readonly notices: Notices;
  readonly runner: Runner;
}

const states = new WeakMap<Deps, GenerationState>();

/** What generation keeps in memory, one for each set of dependencies. */
export function generationState(deps: Deps): GenerationState {
  const known = states.get(deps);
  if (known) return known;
  const notices = new Notices(deps.bus);
  const state = { notices, runner: new Runner(deps, notices) };
  states.set(deps, state);
  return state;
}

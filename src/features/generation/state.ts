import type { Deps } from "../../deps.ts";
import { Runner } from "./runner.ts";
import { AnswerPubSub } from "./stream/answer-pubsub.ts";

interface GenerationState {
  readonly pubsub: AnswerPubSub;
  readonly runner: Runner;
}

const states = new WeakMap<Deps, GenerationState>();

/** What generation keeps in memory, one for each set of dependencies. */
export function generationState(deps: Deps): GenerationState {
  const known = states.get(deps);
  if (known) return known;
  const pubsub = new AnswerPubSub(deps.bus);
  const state = { pubsub, runner: new Runner(deps, pubsub) };
  states.set(deps, state);
  return state;
}

import type { Deps } from "../../platform/deps.ts";
import { Runner } from "./runner.ts";
import { AnswerPubSub } from "./stream/answer-pubsub.ts";
import { OpenStreams } from "./stream/open-streams.ts";

/** In-memory state and background work of generation. */
export interface GenerationServices {
  readonly pubsub: AnswerPubSub;
  readonly runner: Runner;
  readonly streams: OpenStreams;
}

declare module "../../platform/deps.ts" {
  interface Services {
    generation: GenerationServices;
  }
}

export function createGenerationServices(deps: Deps): GenerationServices {
  const pubsub = new AnswerPubSub(deps.bus);
  return {
    pubsub,
    runner: new Runner(deps, pubsub),
    streams: new OpenStreams(deps.config.eventStreamsPerUser),
  };
}

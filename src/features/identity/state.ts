import type { Deps } from "../../deps.ts";
import { ActorCache } from "./actor-cache.ts";
import { AttemptLimit } from "./attempt-limit.ts";
import { KeyUse } from "./key-use.ts";

interface IdentityState {
  readonly cache: ActorCache;
  readonly keyUse: KeyUse;
  readonly attempts: AttemptLimit;
}

const states = new WeakMap<Deps, IdentityState>();

/** What identity keeps in memory, one for each set of dependencies. */
export function identityState(deps: Deps): IdentityState {
  const known = states.get(deps);
  if (known) return known;
  const state = {
    cache: new ActorCache(deps.clock, deps.bus),
    keyUse: new KeyUse(deps),
    attempts: new AttemptLimit(deps),
  };
  states.set(deps, state);
  return state;
}

import type { Deps } from "../../platform/deps.ts";
import { ActorCache } from "./actor-cache.ts";
import { AttemptLimit } from "./attempt-limit.ts";
import { KeyUse } from "./key-use.ts";

/** What identity keeps in memory and runs beside requests. */
export interface IdentityServices {
  readonly cache: ActorCache;
  readonly keyUse: KeyUse;
  readonly attempts: AttemptLimit;
}

declare module "../../platform/deps.ts" {
  interface Services {
    identity: IdentityServices;
  }
}

export function createIdentityServices(deps: Deps): IdentityServices {
  return {
    cache: new ActorCache(deps.clock, deps.bus),
    keyUse: new KeyUse(deps),
    attempts: new AttemptLimit(deps),
  };
}

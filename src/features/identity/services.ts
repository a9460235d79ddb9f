import type { Deps } from "../../platform/deps.ts";
import { AddressLimit } from "../../platform/http/address-limit.ts";
import { ActorCache } from "./actor-cache.ts";
import { AttemptLimit } from "./attempt-limit.ts";
import { markKeysUsed } from "./key-repo.ts";
import { LastUse } from "./last-use.ts";
import { markSessionsSeen } from "./session-repo.ts";
import { SignUpLimit } from "./sign-up-limit.ts";

/** In-memory state and background work of identity. */
export interface IdentityServices {
  readonly cache: ActorCache;
  readonly keyUse: LastUse;
  readonly sessionUse: LastUse;
  readonly attempts: AttemptLimit;
  readonly passwordChecks: AddressLimit;
  readonly signUps: SignUpLimit;
}

declare module "../../platform/deps.ts" {
  interface Services {
    identity: IdentityServices;
  }
}

export function createIdentityServices(deps: Deps): IdentityServices {
  const { db } = deps.database;
  return {
    cache: new ActorCache(deps.clock, deps.bus),
    keyUse: new LastUse(deps.logger, (ids) => markKeysUsed(db, ids, deps.clock.now())),
    sessionUse: new LastUse(deps.logger, (ids) => markSessionsSeen(db, ids)),
    attempts: new AttemptLimit(deps),
    signUps: new SignUpLimit(deps),
    passwordChecks: new AddressLimit(deps, { name: "password-check", points: 60, seconds: 60 }),
  };
}

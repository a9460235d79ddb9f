import type { Ctx } from "../../platform/context.ts";
import type { Deps } from "../../platform/deps.ts";
import { IDENTITY_CHANGED } from "./actor-cache.ts";
import { credentialHolds } from "./session-repo.ts";

/**
 * Calls `listener` when a session or key was revoked, or an account changed. @returns a function that
 * unsubscribes.
 */
export function onIdentityChange(deps: Deps, listener: () => void): () => void {
  return deps.bus.subscribe(IDENTITY_CHANGED, listener);
}

/** Whether the session or key of a long response is still active. */
export async function isStillSignedIn(ctx: Ctx): Promise<boolean> {
  const { actor } = ctx;
  return (
    actor.kind === "user" && credentialHolds(ctx.db, actor.via, ctx.deps.config.sessionIdleHours)
  );
}

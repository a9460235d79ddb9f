import type { Deps } from "../../platform/deps.ts";

const TOPIC = "project.access";

/**
 * Announces to every process that someone may have lost access to a project. Call it after the commit: the
 * change stands even if the notice cannot be sent, which is logged.
 */
export async function announceAccess(deps: Deps, projectId: string): Promise<void> {
  await deps.bus.publish(TOPIC, projectId).catch((error) => {
    deps.logger.error({ err: error, projectId }, "access change not announced");
  });
}

/** Calls `listener` when access to a project has changed. @returns a function that unsubscribes. */
export function onAccessChange(deps: Deps, projectId: string, listener: () => void): () => void {
  return deps.bus.subscribe(TOPIC, (changed) => {
    if (changed === projectId) listener();
  });
}

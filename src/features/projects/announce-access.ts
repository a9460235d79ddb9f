import type { Deps } from "../../platform/deps.ts";

const TOPIC = "project.access";

/** Announces to every process that someone may have lost access to a project. Call it after the commit. */
export function announceAccess(deps: Deps, projectId: string): Promise<void> {
  return deps.bus.publish(TOPIC, projectId);
}

/** Calls `listener` when access to a project has changed. @returns a function that unsubscribes. */
export function onAccessChange(deps: Deps, projectId: string, listener: () => void): () => void {
  return deps.bus.subscribe(TOPIC, (changed) => {
    if (changed === projectId) listener();
  });
}

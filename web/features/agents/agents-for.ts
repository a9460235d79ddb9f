import { api, at, read } from "../../lib/api.ts";
import type { Agent } from "../../lib/api-types.ts";

/** The agents available in a project: its own and the workspace's. */
export async function agentsFor(projectId: string, signal: AbortSignal): Promise<readonly Agent[]> {
  const [own, workspace] = await Promise.all([
    read(api.GET("/projects/{projectId}/agents", { ...at({ projectId }), signal })),
    read(api.GET("/agents", { signal })),
  ]);
  const known = new Set(own.items.map((agent) => agent.id));
  return [...own.items, ...workspace.items.filter((agent) => !known.has(agent.id))];
}

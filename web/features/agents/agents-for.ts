import { api, path } from "../../lib/api.ts";
import type { Agent } from "../../lib/api-types.ts";
import type { Page } from "../../lib/resource.ts";

/** The agents that can answer in a project: its own and the workspace's. */
export async function agentsFor(projectId: string, signal: AbortSignal): Promise<readonly Agent[]> {
  const [own, workspace] = await Promise.all([
    api.get<Page<Agent>>(path`/projects/${projectId}/agents`, { signal }),
    api.get<Page<Agent>>(path`/agents`, { signal }),
  ]);
  const known = new Set(own.items.map((agent) => agent.id));
  return [...own.items, ...workspace.items.filter((agent) => !known.has(agent.id))];
}

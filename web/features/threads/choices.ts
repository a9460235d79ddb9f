import { api, path } from "../../lib/api.ts";
import type { Agent, ModelChoice } from "../../lib/api-types.ts";
import { createResource, type Page } from "../../lib/resource.ts";

/** The models that I may choose; read once, as they seldom change. */
export const models = createResource<readonly ModelChoice[]>(
  async (signal) => (await api.get<Page<ModelChoice>>(path`/models`, { signal })).items,
);

/** The agents that can answer in a project: its own and the workspace's. */
export async function agentsFor(projectId: string, signal: AbortSignal): Promise<readonly Agent[]> {
  const [own, workspace] = await Promise.all([
    api.get<Page<Agent>>(path`/projects/${projectId}/agents`, { signal }),
    api.get<Page<Agent>>(path`/agents`, { signal }),
  ]);
  const known = new Set(own.items.map((agent) => agent.id));
  return [...own.items, ...workspace.items.filter((agent) => !known.has(agent.id))];
}

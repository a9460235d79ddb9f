import { api, path } from "../../lib/api.ts";
import type { ModelChoice } from "../../lib/api-types.ts";
import { createResource, type Page } from "../../lib/resource.ts";

/** The models that I may choose; read once, as they seldom change. */
export const models = createResource<readonly ModelChoice[]>(
  async (signal) => (await api.get<Page<ModelChoice>>(path`/models`, { signal })).items,
);

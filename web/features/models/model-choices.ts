import { api, read } from "../../lib/api.ts";
import type { ModelChoice } from "../../lib/api-types.ts";
import { createResource } from "../../lib/resource.ts";

/** The models that the user can choose; loaded once, since they rarely change. */
export const modelChoices = createResource<readonly ModelChoice[]>(
  async (signal) => (await read(api.GET("/models", { signal }))).items,
);

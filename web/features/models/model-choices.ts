import { api, read } from "../../lib/api.ts";
import type { ModelChoice } from "../../lib/api-types.ts";
import { createResource } from "../../lib/resource.ts";

/** The models that I may choose; read once, as they seldom change. */
export const modelChoices = createResource<readonly ModelChoice[]>(
  async (signal) => (await read(api.GET("/models", { signal }))).items,
);

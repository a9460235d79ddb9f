import { Problem } from "../../platform/http/problem.ts";

export const modelNotAvailable = () =>
  new Problem(422, "model_not_available", "This model does not exist or is switched off.", {
    errors: [{ path: "modelId", message: "is not available" }],
  });
export const providerUnusable = () =>
  new Problem(
    409,
    "provider_unusable",
    "The provider of this model has been removed, switched off, or its key is missing.",
  );

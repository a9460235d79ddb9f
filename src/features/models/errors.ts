import { Problem } from "../../platform/http/problem.ts";

export const modelNotAvailable = (path = "modelId") =>
  new Problem(422, "model_not_available", "This model does not exist or is disabled.", {
    errors: [{ path, message: "is not available" }],
  });
export const providerUnusable = () =>
  new Problem(
    409,
    "provider_unusable",
    "The provider of this model was removed or disabled, or its key is missing.",
  );
export const noSuchProvider = () =>
  new Problem(404, "provider_not_found", "This provider does not exist.");
export const noSuchModel = () => new Problem(404, "model_not_found", "This model does not exist.");
export const addressNotAllowed = () =>
  new Problem(
    422,
    "address_not_allowed",
    "This address is in a private network or cannot be resolved. ATELIER_PROVIDER_PRIVATE_HOSTS allows private ones.",
    { errors: [{ path: "baseUrl", message: "is not a public address" }] },
  );
export const keyNeeded = () =>
  new Problem(
    422,
    "key_needed",
    "Enter the key again: it is only sent to the address it was entered for.",
    {
      errors: [{ path: "apiKey", message: "is needed with a new address" }],
    },
  );
export const headerValueNeeded = (index: number) =>
  new Problem(
    422,
    "header_value_needed",
    "Enter the value of this header: none is stored, or it is only sent to the address it was entered for.",
    { errors: [{ path: `headers.${index}.value`, message: "is needed" }] },
  );
export const providerManaged = () =>
  new Problem(
    409,
    "provider_kept",
    "This provider is built in or comes from the environment. It can be disabled, but not changed or deleted.",
  );
export const builtinStays = () =>
  new Problem(409, "builtin_stays", "The built-in model is the fallback, so it cannot be removed.");
export const pricesNeeded = () =>
  new Problem(
    422,
    "prices_needed",
    "The catalogue has no prices for this model. Enter them; 0 is free.",
    {
      errors: [{ path: "prices", message: "are not in the catalogue" }],
    },
  );
export const modelNeeded = () =>
  new Problem(422, "model_needed", "This provider has no model yet. Name one to test with.", {
    errors: [{ path: "model", message: "is needed" }],
  });

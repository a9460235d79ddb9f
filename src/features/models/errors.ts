import { Problem } from "../../platform/http/problem.ts";

export const modelNotAvailable = (path = "modelId") =>
  new Problem(422, "model_not_available", "This model does not exist or is switched off.", {
    errors: [{ path, message: "is not available" }],
  });
export const providerUnusable = () =>
  new Problem(
    409,
    "provider_unusable",
    "The provider of this model has been removed, switched off, or its key is missing.",
  );
export const noSuchProvider = () =>
  new Problem(404, "provider_not_found", "There is no such provider.");
export const noSuchModel = () => new Problem(404, "model_not_found", "There is no such model.");
export const addressNotAllowed = () =>
  new Problem(
    422,
    "address_not_allowed",
    "This address leads into a private network, or nowhere. ATELIER_PROVIDER_PRIVATE_HOSTS allows private ones.",
    { errors: [{ path: "baseUrl", message: "is not a public address" }] },
  );
export const keyNeeded = () =>
  new Problem(
    422,
    "key_needed",
    "Enter the key again: it goes only to the address it was entered for.",
    {
      errors: [{ path: "apiKey", message: "is needed with a new address" }],
    },
  );
export const providerManaged = () =>
  new Problem(
    409,
    "provider_kept",
    "This provider comes with Atelier or from its environment. It can be switched off, not changed or deleted.",
  );
export const builtinStays = () =>
  new Problem(409, "builtin_stays", "The built-in model answers when no other can, so it stays.");
export const pricesNeeded = () =>
  new Problem(
    422,
    "prices_needed",
    "The catalogue does not know this model's prices. Enter them; 0 is free.",
    {
      errors: [{ path: "prices", message: "are not in the catalogue" }],
    },
  );
export const modelNeeded = () =>
  new Problem(422, "model_needed", "This provider has no model yet. Say which one to test with.", {
    errors: [{ path: "model", message: "is needed" }],
  });

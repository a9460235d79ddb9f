export {
  type ChosenModel,
  chooseModel,
  isOffered,
  modelNames,
} from "./choose-model.ts";
export { modelNotAvailable } from "./errors.ts";
export { openAdapter } from "./open-adapter.ts";
export { purgeLearned } from "./purge-learned.ts";
export { resealKeys } from "./reseal-keys.ts";
export { modelRoutes } from "./routes.ts";
export { syncBuiltinProviders } from "./sync-builtin-providers.ts";

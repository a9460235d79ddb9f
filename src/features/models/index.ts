export {
  type ChosenModel,
  chooseModel,
  isOffered,
  listModels,
  modelNames,
} from "./choose-model.ts";
export { connectModel } from "./connect-model.ts";
export { modelNotAvailable } from "./errors.ts";
export { type ResealReport, resealKeys } from "./reseal-keys.ts";
export { modelRoutes } from "./routes.ts";
export { syncBuiltinProviders } from "./sync-builtin-providers.ts";

export { type ChosenModel, chooseModel, listModels, modelNames } from "./choose-model.ts";
export { connectModel } from "./connect-model.ts";
export { type ResealReport, resealKeys } from "./reseal-keys.ts";
export { adminRoutes, modelRoutes } from "./routes.ts";
export { getSetting, type SettingName, setSetting, signUpOpen } from "./settings.ts";
export { syncBuiltinProviders } from "./sync-builtin-providers.ts";

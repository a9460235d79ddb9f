export { effortOf, effortOptions } from "./efforts.ts";
export { modelChoices } from "./model-choices.ts";
export { ModelsTab } from "./models-tab.tsx";
export { ProvidersTab } from "./providers-tab.tsx";

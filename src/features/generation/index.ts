export { findSentVersions } from "./find-sent-versions.ts";
export { describeMessages, generationRoutes } from "./routes.ts";
export { createGenerationServices } from "./services.ts";

export { describeMessages, generationRoutes } from "./routes.ts";
export { generationState } from "./state.ts";

export { describeMessages, generationRoutes } from "./routes.ts";
export { createGenerationServices } from "./services.ts";

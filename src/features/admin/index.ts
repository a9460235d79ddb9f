export { adminRoutes } from "./routes.ts";
export { newUser } from "./schema.ts";

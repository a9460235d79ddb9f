import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../../platform/http/hono-env.ts";
import { jsonAnswer } from "../../platform/http/json.ts";
import { createRoute, guard, router } from "../../platform/http/route.ts";
import { signedIn } from "../identity/index.ts";
import { listModels } from "./choose-model.ts";
import { adminModelRoutes } from "./model-routes.ts";
import { adminProviderRoutes } from "./provider-routes.ts";
import { modelChoices } from "./schema.ts";

/** The models that users can choose, and the providers and models that admins manage. */
export function modelRoutes(): OpenAPIHono<AppEnv> {
  const routes = router();
  routes.route("/", choiceRoutes());
  routes.route("/", adminProviderRoutes());
  routes.route("/", adminModelRoutes());
  return routes;
}

function choiceRoutes() {
  return router().openapi(
    createRoute({
      method: "get",
      path: "/models",
      ...guard(signedIn, null),
      tags: ["models"],
      summary: "Models that users can choose",
      responses: { 200: jsonAnswer(modelChoices, "Models, oldest first") },
    }),
    async (c) => c.json({ items: await listModels(c.get("ctx")), nextCursor: null }, 200),
  );
}

import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../../platform/http/env.ts";
import { expectedVersion, versionTag } from "../../platform/http/etag.ts";
import { jsonAnswer, jsonBody } from "../../platform/http/json.ts";
import { createRoute, guard, router } from "../../platform/http/route.ts";
import { type AfterSignUp, admin, signedIn } from "../identity/index.ts";
import { listModels } from "./choose-model.ts";
import { adminModelRoutes } from "./model-routes.ts";
import { adminProviderRoutes } from "./provider-routes.ts";
import { modelChoices, settings, settingsChange } from "./schema.ts";
import { changeSettings, getSettings } from "./settings.ts";
import { adminUserRoutes } from "./user-routes.ts";

/** Everything that an admin manages. */
export function adminRoutes(hooks: { afterSignUp: AfterSignUp }): OpenAPIHono<AppEnv> {
  const routes = router();
  routes.route("/", adminUserRoutes(hooks));
  routes.route("/", adminProviderRoutes());
  routes.route("/", adminModelRoutes());
  routes.route("/", settingsRoutes());
  return routes;
}

/** What everybody may know of models. */
export function modelRoutes() {
  return router().openapi(
    createRoute({
      method: "get",
      path: "/models",
      ...guard(signedIn, null),
      tags: ["models"],
      summary: "Models that one can choose",
      responses: { 200: jsonAnswer(modelChoices, "Models, oldest first") },
    }),
    async (c) => c.json({ items: await listModels(c.get("ctx")), nextCursor: null }, 200),
  );
}

function settingsRoutes() {
  return router()
    .openapi(
      createRoute({
        method: "get",
        path: "/admin/settings",
        ...guard(admin, null),
        tags: ["admin"],
        summary: "The workspace's switches",
        responses: { 200: jsonAnswer(settings, "Settings") },
      }),
      async (c) => {
        const current = await getSettings(c.get("ctx"));
        return c.json(current, 200, { etag: versionTag(current.version) });
      },
    )
    .openapi(
      createRoute({
        method: "patch",
        path: "/admin/settings",
        ...guard(admin, "settings.updated"),
        tags: ["admin"],
        summary: "Change the workspace's switches",
        request: { body: jsonBody(settingsChange) },
        responses: { 200: jsonAnswer(settings, "Settings") },
      }),
      async (c) => {
        const changed = await changeSettings(c.get("ctx"), c.req.valid("json"), expectedVersion(c));
        return c.json(changed, 200, { etag: versionTag(changed.version) });
      },
    );
}

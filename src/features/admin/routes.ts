import type { OpenAPIHono } from "@hono/zod-openapi";
import { expectedVersion, versionTag } from "../../platform/http/etag.ts";
import type { AppEnv } from "../../platform/http/hono-env.ts";
import { jsonAnswer, jsonBody } from "../../platform/http/json.ts";
import { createRoute, guard, guardRead, router } from "../../platform/http/route.ts";
import { type AfterSignUp, admin } from "../identity/index.ts";
import { getSettings } from "../workspace/index.ts";
import { adminAccessRoutes } from "./access-routes.ts";
import { changeSettings } from "./change-settings.ts";
import { settings, settingsChange } from "./schema.ts";
import { adminUserRoutes } from "./user-routes.ts";

/** Users and settings of the workspace, for admins. */
export function adminRoutes(hooks: { afterSignUp: AfterSignUp }): OpenAPIHono<AppEnv> {
  const routes = router();
  routes.route("/", adminUserRoutes(hooks));
  routes.route("/", adminAccessRoutes());
  routes.route("/", settingsRoutes());
  return routes;
}

function settingsRoutes() {
  return router()
    .openapi(
      createRoute({
        method: "get",
        path: "/admin/settings",
        ...guardRead(admin, "admin.read", "settings"),
        tags: ["admin"],
        summary: "Workspace settings",
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
        summary: "Change workspace settings",
        description: "Letting more people sign up needs a browser session.",
        request: { body: jsonBody(settingsChange) },
        responses: { 200: jsonAnswer(settings, "Settings") },
      }),
      async (c) => {
        const changed = await changeSettings(
          c.get("ctx"),
          c.get("admin"),
          c.req.valid("json"),
          expectedVersion(c),
        );
        return c.json(changed, 200, { etag: versionTag(changed.version) });
      },
    );
}

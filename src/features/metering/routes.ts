import { userOf } from "../../platform/context.ts";
import { jsonAnswer } from "../../platform/http/json.ts";
import { createRoute, guard, router } from "../../platform/http/route.ts";
import { signedIn } from "../identity/index.ts";
import { inProject, projectParams } from "../projects/index.ts";
import { projectUsage, userUsage } from "./report-usage.ts";
import { usageQuery, usageReport } from "./schema.ts";

export function usageRoutes() {
  return router()
    .openapi(
      createRoute({
        method: "get",
        path: "/projects/{projectId}/usage",
        ...guard(inProject("viewer"), null),
        tags: ["usage"],
        summary: "Usage and spending of a project",
        request: { params: projectParams, query: usageQuery },
        responses: { 200: jsonAnswer(usageReport, "Totals, by model and by day") },
      }),
      async (c) =>
        c.json(await projectUsage(c.get("ctx"), c.get("project"), c.req.valid("query").days), 200),
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/me/usage",
        ...guard(signedIn, null),
        tags: ["usage"],
        summary: "My usage and spending",
        request: { query: usageQuery },
        responses: { 200: jsonAnswer(usageReport, "Totals, by model and by day") },
      }),
      async (c) => {
        const ctx = c.get("ctx");
        return c.json(await userUsage(ctx, userOf(ctx).userId, c.req.valid("query").days), 200);
      },
    );
}

import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "./hono-env.ts";
import { Problem } from "./problem.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/**
 * Answer for unmatched requests: 405 where a route has this path with another method (RFC 9110, section
 * 15.5.6), else 404.
 */
export function unanswered(app: OpenAPIHono<AppEnv>, path: string): Problem {
  const allowed = METHODS.filter((method) => hasRoute(app, method, path));
  if (allowed.length === 0) return new Problem(404, "not_found", "Not found.");
  if (allowed.includes("GET")) allowed.push("HEAD");
  return new Problem(405, "method_not_allowed", `Only ${allowed.join(", ")} is allowed here.`, {
    headers: { allow: allowed.join(", ") },
  });
}

/** Whether a route matches, not only middleware, which is mounted on patterns. */
function hasRoute(app: OpenAPIHono<AppEnv>, method: string, path: string): boolean {
  const [handlers] = app.router.match(method, path);
  return handlers.some(([[, route]]) => route.method === method && !route.path.endsWith("*"));
}

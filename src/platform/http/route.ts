import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "./hono-env.ts";
import { validationProblem } from "./problem.ts";

export { createRoute };

/** Who may call a route: a name that the test of every route reads, and the middleware that holds it. */
export interface AccessRule {
  readonly name: string;
  readonly middleware: MiddlewareHandler<AppEnv>;
}

/**
 * The two rules that each route states, spread into `createRoute`. Both become part of the OpenAPI
 * document (`x-access`, `x-audit`), where the test of every route finds them.
 * @param audit the action that a successful call records; null for routes that change nothing.
 */
export function guard(access: AccessRule, audit: string | null) {
  return { middleware: access.middleware, "x-access": access.name, "x-audit": audit };
}

/** A feature's router; what does not validate becomes a problem document. */
export function router(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw validationProblem(result.error);
    },
  });
}

import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { every } from "hono/combine";
import type { AppEnv, AppVariables } from "./hono-env.ts";
import { idempotency } from "./idempotency.ts";
import { noteRead, type RouteContext } from "./note-security-events.ts";
import { Problem, validationProblem } from "./problem.ts";
import type { ReadAction } from "./security-events.ts";

export { createRoute };

/** The environment of handlers behind a rule that leaves `Granted` in `c.var`, for example a project's scope. */
export interface GrantedEnv<Granted extends object> {
  Variables: AppVariables & Granted;
}

/**
 * Who may call a route: a name that the test of every route reads, and the middleware that enforces it.
 * What the rule grants, a scope, reaches the route's handler typed: a handler behind a viewer's rule has
 * no editor's scope to give to a verb.
 */
export interface AccessRule<Granted extends object = object> {
  readonly name: string;
  /** Who that is, in a sentence for the API's documentation. */
  readonly who: string;
  /** What a caller proves itself with; a key is never enough where only a session is named. */
  readonly proof: Proof;
  readonly middleware: MiddlewareHandler<GrantedEnv<Granted>>;
}

type Proof = "none" | "session" | "session or key";

const SECURITY: Record<Proof, Record<string, string[]>[]> = {
  none: [],
  session: [{ session: [] }],
  "session or key": [{ session: [] }, { key: [] }],
};

/**
 * The two rules that each route states, spread into `createRoute`. Both become part of the OpenAPI
 * document (`x-access` with its sentence, `x-audit`), where the test of every route finds them.
 * Behind the access rule a change honours an Idempotency-Key.
 * @param audit the action that a successful call records; null for routes that change nothing.
 * @param options.keyed false where the body is a file, which is too large to hash first and tells by its own hash that it is the same.
 */
export function guard<Granted extends object>(
  access: AccessRule<Granted>,
  audit: string | null,
  options: { keyed?: boolean } = {},
) {
  const keyed = audit !== null && (options.keyed ?? true);
  const middleware: MiddlewareHandler<GrantedEnv<Granted>> = keyed
    ? every(checked(access), idempotency)
    : checked(access);
  return {
    middleware,
    "x-access": access.name,
    "x-access-who": access.who,
    "x-audit": audit,
    security: SECURITY[access.proof],
  };
}

/**
 * The same for a read that is itself recorded when it succeeds, gathered by reader, target and minute.
 * @param kind of what the last id in the path names.
 */
export function guardRead<Granted extends object>(
  access: AccessRule<Granted>,
  audit: ReadAction,
  kind: string,
) {
  return {
    ...guard(access, audit, { keyed: false }),
    middleware: checked(access, (c) => {
      if (c.res.ok) noteRead(c, audit, kind);
    }),
  };
}

/** A rule's middleware that says when it is the rule, and nothing behind it, that refuses. */
function checked<Granted extends object>(
  { name, middleware }: AccessRule<Granted>,
  after: (c: RouteContext) => void = () => {},
): MiddlewareHandler<GrantedEnv<Granted>> {
  return async function checked(c, next) {
    let passed = false;
    try {
      await middleware(c, async () => {
        passed = true;
        await next();
      });
    } catch (error) {
      throw !passed && error instanceof Problem ? error.byRule(name) : error;
    }
    after(c);
  };
}

/** A feature's router; what does not validate becomes a problem document. */
export function router(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw validationProblem(result.error);
    },
  });
}

import { createRoute, OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { every } from "hono/combine";
import type { AppEnv, AppVariables } from "./hono-env.ts";
import { idempotency } from "./idempotency.ts";
import { noteRead, type RouteContext } from "./note-security-events.ts";
import { Problem, validationProblem } from "./problem.ts";
import type { ReadAction } from "./security-events.ts";

export { createRoute };

/** The environment of handlers behind a rule that puts `Granted` into `c.var`, such as a project scope. */
export interface GrantedEnv<Granted extends object> {
  Variables: AppVariables & Granted;
}

/**
 * Who may call a route: a name, read by the test of every route, and the middleware that enforces it. The
 * granted scope reaches the handler typed: a handler behind a viewer rule has no editor scope to pass to a
 * verb.
 */
export interface AccessRule<Granted extends object = object> {
  readonly name: string;
  /** The rule as a sentence for the API documentation. */
  readonly who: string;
  /** Accepted credentials; where only a session is named, no API key is enough. */
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
 * The access rule and audit action of a route, spread into `createRoute`. Both become part of the OpenAPI
 * document (`x-access`, `x-audit`), where the test of every route reads them. After the access rule, writes
 * honour an Idempotency-Key.
 * @param audit the action that a successful call records; null for routes that change nothing.
 * @param options.keyed false where the body is a file, which is too large to hash first and is identified by
 * its own hash.
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
 * The same for a read that is itself recorded when it succeeds, aggregated by reader, target and minute.
 * @param kind target kind of the last id in the path.
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

/** The rule's middleware; marks problems as refusals by the rule only when the rule itself threw them. */
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

/** A feature's router; validation errors become problem documents. */
export function router(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw validationProblem(result.error);
    },
  });
}

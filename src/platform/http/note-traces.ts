import type { Context } from "hono";
import { z } from "zod";
import type { Ctx } from "../context.ts";
import type { AppVariables } from "./hono-env.ts";
import type { ReadAction, Refusal, TraceTarget } from "./traces.ts";

/** Statuses that are refusals by what they mean. */
const REFUSED = new Set([401, 403, 421]);
/** What a rule answers when it refuses; anything else that it throws is about the state of things. */
const REFUSED_BY_RULE = new Set([401, 403, 404]);

/** A request's context, whatever its route has been granted. */
export interface TracedContext {
  readonly var: Partial<AppVariables>;
  readonly res: Pick<Response, "ok">;
  readonly req: Pick<Context["req"], "method" | "routePath"> & {
    param(): Record<string, string | undefined>;
  };
}

/** What a problem says of itself. */
interface Refused {
  readonly status: number;
  readonly code: string;
  readonly options: { refusal?: Refusal; rule?: string };
}

/** Counts and traces a problem that is a refusal by authentication, authorization or the check of the origin. */
export function noteRefusal(problem: Refused, c: TracedContext): void {
  const { refusal = refusalByStatus(problem), rule } = problem.options;
  const { ctx, traces } = c.var;
  if (refusal === null || ctx === undefined) return;
  ctx.deps.metrics.refusals.inc({ action: refusal.action, reason: problem.code });
  traces?.note({
    ...requestOf(c, ctx),
    ...refusal,
    reason: problem.code,
    ...(rule === undefined ? {} : { rule, ...namedInPath(c) }),
  });
}

function refusalByStatus({ status, options: { rule } }: Refused): Refusal | null {
  const refused = rule === undefined ? REFUSED : REFUSED_BY_RULE;
  return refused.has(status) ? { action: "access.denied" } : null;
}

/** Traces a read that succeeded. @param kind of the target that the path's last parameter names. */
export function noteRead(c: TracedContext, action: ReadAction, kind: string): void {
  const { ctx, traces } = c.var;
  if (ctx === undefined) return;
  const { target, projectId } = namedInPath(c);
  traces?.note({
    ...requestOf(c, ctx),
    action,
    reason: null,
    target: { kind, id: target?.id ?? null },
    ...(projectId === undefined ? {} : { projectId }),
  });
}

function requestOf(c: TracedContext, { actor, ip, requestId = "", callerRequestId }: Ctx) {
  return {
    actor,
    ip,
    requestId,
    callerRequestId,
    method: c.req.method,
    route: c.req.routePath,
  };
}

/** The project that the path names, and the last thing; ids only, since anything else may be content. */
function namedInPath(c: TracedContext): { target?: TraceTarget; projectId?: string } {
  const values = c.req.param();
  const ids = [...c.req.routePath.matchAll(/:(\w+)/g)]
    .map(([, name = ""]) => [name, values[name]] as const)
    .filter(([, value]) => z.uuid().safeParse(value).success);
  const [name, id] = ids.at(-1) ?? [];
  const project = ids.find(([key]) => key === "projectId")?.[1];
  return {
    ...(name === undefined || id === undefined
      ? {}
      : { target: { kind: name.replace(/Id$/, ""), id } }),
    ...(project === undefined ? {} : { projectId: project }),
  };
}

import type { Context } from "hono";
import { z } from "zod";
import type { Ctx } from "../context.ts";
import type { AppVariables } from "./hono-env.ts";
import type { ReadAction, Refusal, SecurityEventTarget } from "./security-events.ts";

/** Statuses that count as a refusal. */
const REFUSED = new Set([401, 403, 421]);
/** Statuses that count as a refusal when an access rule threw them; other statuses are conflicts or faults. */
const REFUSED_BY_RULE = new Set([401, 403, 404]);

/** The part of Hono's context that is needed here, for any route's variables. */
export interface RouteContext {
  readonly var: Partial<AppVariables>;
  readonly res: Pick<Response, "ok">;
  readonly req: Pick<Context["req"], "method" | "routePath"> & {
    param(): Record<string, string | undefined>;
  };
}

/** The part of a problem that is needed here. */
interface Refused {
  readonly status: number;
  readonly code: string;
  readonly options: { refusal?: Refusal | null; rule?: string };
}

/** Counts and notes a problem that is a refusal: authentication, access rule, origin or Host check. */
export function noteRefusal(problem: Refused, c: RouteContext): void {
  const { refusal = refusalByStatus(problem), rule } = problem.options;
  const { ctx, securityEvents } = c.var;
  if (refusal === null || ctx === undefined) return;
  ctx.deps.metrics.refusals.inc({ action: refusal.action, reason: problem.code });
  securityEvents?.note({
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

/** Notes a successful read. @param kind target kind; its id is the path's last id. */
export function noteRead(c: RouteContext, action: ReadAction, kind: string): void {
  const { ctx, securityEvents } = c.var;
  if (ctx === undefined) return;
  const { target, projectId } = namedInPath(c);
  securityEvents?.note({
    ...requestOf(c, ctx),
    action,
    reason: null,
    target: { kind, id: target?.id ?? null },
    ...(projectId === undefined ? {} : { projectId }),
  });
}

function requestOf(c: RouteContext, { actor, ip, requestId = "", callerRequestId }: Ctx) {
  return {
    actor,
    ip,
    requestId,
    callerRequestId,
    method: c.req.method,
    route: c.req.routePath,
  };
}

/** The project id and the last id in the path. Other parameters may be content and are left out. */
function namedInPath(c: RouteContext): { target?: SecurityEventTarget; projectId?: string } {
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

import { jsonAnswer } from "../../platform/http/json.ts";
import { decodeCursor, toPage } from "../../platform/http/pagination.ts";
import { type AccessRule, createRoute, guard, router } from "../../platform/http/route.ts";
import { type AuditRow, listAudit } from "./repo.ts";
import { type AuditEntryView, auditPage, auditQuery } from "./schema.ts";
import { sealChain } from "./seal-chain.ts";

/** @param admin the rule for workspace admins, handed in because identity itself stands on this feature. */
export function auditRoutes<Granted extends object>(admin: AccessRule<Granted>) {
  return router().openapi(
    createRoute({
      method: "get",
      path: "/admin/audit",
      ...guard(admin, null),
      tags: ["admin"],
      summary: "Who did what, newest first",
      request: { query: auditQuery },
      responses: { 200: jsonAnswer(auditPage, "A page of the log") },
    }),
    async (c) => {
      const { limit, cursor, since, until, ...filter } = c.req.valid("query");
      await sealChain(c.get("ctx").db);
      const rows = await listAudit(
        c.get("ctx").db,
        {
          ...filter,
          since: since === undefined ? undefined : new Date(since),
          until: until === undefined ? undefined : new Date(until),
        },
        { afterId: decodeCursor(cursor)?.id ?? null, limit },
      );
      const { items, nextCursor } = toPage(rows, limit, ({ entry }) => entry);
      return c.json(
        { items: items.map(({ entry, actorName }) => present(entry, actorName)), nextCursor },
        200,
      );
    },
  );
}

function present(row: AuditRow, actorName: string | null): AuditEntryView {
  return {
    id: row.id,
    seq: row.seq ?? 0,
    at: row.at.toISOString(),
    actorKind: row.actorKind,
    actorId: row.actorId,
    actorName,
    action: row.action,
    targetKind: row.targetKind,
    targetId: row.targetId,
    projectId: row.projectId,
    detail: row.detail,
    requestId: row.requestId,
    ip: row.ip,
    hash: row.hash ?? "",
  };
}

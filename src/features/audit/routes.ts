import { jsonAnswer } from "../../platform/http/json.ts";
import { decodeCursor, toPage } from "../../platform/http/pagination.ts";
import { type AccessRule, createRoute, guardRead, router } from "../../platform/http/route.ts";
import { kindOf } from "./actions.ts";
import { type AuditRow, listAudit, type Seal } from "./repo.ts";
import { type AuditEntryView, auditPage, auditQuery } from "./schema.ts";
import { sealChain } from "./seal-chain.ts";

/** @param admin the rule for workspace admins, passed in because identity depends on this feature. */
export function auditRoutes<Granted extends object>(admin: AccessRule<Granted>) {
  return router().openapi(
    createRoute({
      method: "get",
      path: "/admin/audit",
      ...guardRead(admin, "admin.read", "audit"),
      tags: ["admin"],
      summary: "Audit log, newest first",
      request: { query: auditQuery },
      responses: { 200: jsonAnswer(auditPage, "A page of the log") },
    }),
    async (c) => {
      const { limit, cursor, since, until, ...filter } = c.req.valid("query");
      const { db, deps } = c.get("ctx");
      await deps.services.audit.securityEvents.flush();
      await sealChain(db, deps);
      const rows = await listAudit(
        db,
        {
          ...filter,
          since: since === undefined ? undefined : new Date(since),
          until: until === undefined ? undefined : new Date(until),
        },
        { after: decodeCursor(cursor), limit },
      );
      const { items, nextCursor } = toPage(rows, limit, ({ entry }) => entry);
      return c.json({ items: items.map(present), nextCursor }, 200);
    },
  );
}

function present({
  entry: row,
  seal,
  actorName,
}: {
  entry: AuditRow;
  seal: Seal | null;
  actorName: string | null;
}): AuditEntryView {
  return {
    id: row.id,
    seq: seal?.seq ?? row.unkeyedSeq ?? 0,
    at: row.at.toISOString(),
    actorKind: row.actorKind,
    actorId: row.actorId,
    actorName,
    action: row.action,
    kind: kindOf(row.action),
    targetKind: row.targetKind,
    targetId: row.targetId,
    projectId: row.projectId,
    detail: row.detail,
    requestId: row.requestId,
    callerRequestId: row.callerRequestId,
    ip: row.ip,
    hash: seal?.hash ?? row.unkeyedHash ?? "",
  };
}

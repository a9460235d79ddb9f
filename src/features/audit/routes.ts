import { z } from "@hono/zod-openapi";
import { jsonAnswer } from "../../platform/http/json.ts";
import { decodeCursor, toPage } from "../../platform/http/pagination.ts";
import { type AccessRule, createRoute, guardRead, router } from "../../platform/http/route.ts";
import { kindOf } from "./actions.ts";
import {
  type AuditRow,
  findAccountNames,
  listAudit,
  type NamedAccount,
  type Seal,
} from "./repo.ts";
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
      const about = items.flatMap(({ entry }) => aboutAccount(entry) ?? []);
      const accounts = await findAccountNames(db, [...new Set(about)]);
      return c.json({ items: items.map((row) => present(row, accounts)), nextCursor }, 200);
    },
  );
}

/** The id of the account that a row is about. */
function aboutAccount({ targetKind, targetId }: AuditRow): string | undefined {
  if (targetKind !== "user" || targetId === null) return undefined;
  return z.uuid().safeParse(targetId).data;
}

interface ListedRow {
  entry: AuditRow;
  seal: Seal | null;
  actorName: string | null;
  actorEmail: string | null;
}

function present(
  { entry: row, seal, actorName, actorEmail }: ListedRow,
  accounts: Map<string, NamedAccount>,
): AuditEntryView {
  const account = accounts.get(aboutAccount(row) ?? "");
  return {
    id: row.id,
    seq: seal?.seq ?? row.unkeyedSeq ?? 0,
    at: row.at.toISOString(),
    actorKind: row.actorKind,
    actorId: row.actorId,
    actorName,
    actorEmail,
    action: row.action,
    kind: kindOf(row.action),
    targetKind: row.targetKind,
    targetId: row.targetId,
    targetName: account?.name ?? null,
    targetEmail: account?.email ?? null,
    projectId: row.projectId,
    detail: row.detail,
    requestId: row.requestId,
    callerRequestId: row.callerRequestId,
    ip: row.ip,
    hash: seal?.hash ?? row.unkeyedHash ?? "",
  };
}

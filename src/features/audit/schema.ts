import { z } from "@hono/zod-openapi";
import { page, timestamp } from "../../platform/http/json.ts";
import { pageQuery } from "../../platform/http/pagination.ts";
import { AUDIT_ACTIONS, AUDIT_KINDS } from "./actions.ts";

export const auditEntry = z
  .object({
    id: z.uuid(),
    /** The row's number in the chain; 0 until it is sealed, within a second. */
    seq: z.number().int(),
    at: timestamp,
    /** `user`, `api_key`, `anonymous`, or `system:` and the job. */
    actorKind: z.string(),
    actorId: z.uuid().nullable(),
    /** Null for deleted accounts, and for actors that are not people. */
    actorName: z.string().nullable(),
    actorEmail: z.string().nullable(),
    action: z.string(),
    /** Whether it changed something, was refused, or only read. */
    kind: z.enum(AUDIT_KINDS),
    targetKind: z.string(),
    targetId: z.string().nullable(),
    /** Name and e-mail address of the account it was about; null for other targets and deleted accounts. */
    targetName: z.string().nullable(),
    targetEmail: z.string().nullable(),
    projectId: z.uuid().nullable(),
    detail: z.record(z.string(), z.unknown()),
    /** Our own: as in the X-Request-Id of the response, and in the log. */
    requestId: z.string().nullable(),
    /** The caller's X-Request-Id, not verified. */
    callerRequestId: z.string().nullable(),
    ip: z.string().nullable(),
    hash: z.string(),
  })
  .openapi("AuditEntry");
export type AuditEntryView = z.infer<typeof auditEntry>;

export const auditPage = page(auditEntry).openapi("AuditPage");

export const auditQuery = pageQuery.extend({
  kind: z.enum(AUDIT_KINDS).optional(),
  action: z.enum(AUDIT_ACTIONS).optional(),
  actorId: z.uuid().optional(),
  projectId: z.uuid().optional(),
  targetId: z.string().max(100).optional(),
  since: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
});

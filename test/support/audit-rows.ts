import { z } from "zod";
import type { TestApp } from "./app.ts";

const rows = z.array(
  z.object({
    action: z.string(),
    target: z.string(),
    targetId: z.string().nullable(),
    projectId: z.string().nullable(),
    detail: z.record(z.string(), z.unknown()),
  }),
);

/** The audit rows of the request that was answered by this, without security events. */
export async function auditRowsOf(app: TestApp, response: Response) {
  const requestId = response.headers.get("x-request-id") ?? "";
  return rows.parse(
    await app.deps.database.sql`
      select action, target_kind as target, target_id as "targetId", project_id as "projectId", detail
      from audit_log where request_id = ${requestId}`,
  );
}

/** The only audit row of the request that was answered by this. @throws Error when there are more, or none. */
export async function auditRowOf(app: TestApp, response: Response) {
  const [row, ...others] = await auditRowsOf(app, response);
  if (row === undefined || others.length > 0)
    throw new Error(`${response.status}: ${others.length + (row ? 1 : 0)} audit rows`);
  return row;
}

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

/**
 * The audit row of a request that succeeded, without security events.
 * @throws Error when it was refused, or left another number of rows than one.
 */
export async function auditRowOf(app: TestApp, answer: Response | Promise<Response>) {
  const response = await answer;
  const requestId = response.headers.get("x-request-id") ?? "";
  const [row, ...others] = rows.parse(
    await app.deps.database.sql`
      select action, target_kind as target, target_id as "targetId", project_id as "projectId", detail
      from audit_log where request_id = ${requestId}`,
  );
  if (!response.ok || row === undefined || others.length > 0)
    throw new Error(`${response.status}: ${others.length + (row ? 1 : 0)} audit rows`);
  return row;
}

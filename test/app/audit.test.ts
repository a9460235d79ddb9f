import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type TestApp } from "../support/app.ts";
import { makeCast, ROLES, type Role } from "../support/cast.ts";
import { type Operation, permittedRole, readOperations } from "../support/operations.ts";
import { samples } from "./samples.ts";

let app: TestApp;
let operations: Operation[];
beforeAll(async () => {
  app = await createTestApp();
  await app.person("Founder");
  operations = (await readOperations(app)).filter(({ audit }) => typeof audit === "string");
});
afterAll(() => app.close());

/** The audit actions recorded for one request, including security events. */
async function recorded(response: Response): Promise<string[]> {
  await app.deps.services.audit.securityEvents.flush();
  const requestId = response.headers.get("x-request-id") ?? "";
  const rows = await app.deps.database
    .sql`select action from audit_log where request_id = ${requestId}`;
  return rows.map((row) => String(row.action));
}

async function run(operation: Operation, role: Role) {
  const makeSample = samples[operation.name];
  if (makeSample === undefined) throw new Error(`${operation.name}: no sample`);
  const cast = await makeCast(app);
  const sample = await makeSample(cast, role);
  const response = await cast.callers[role].request(operation.method, sample.path, sample.body);
  const actions = await recorded(response);
  await response.body?.cancel();
  const right = response.status === (sample.status ?? operation.success);
  return { status: response.status, right, actions, always: sample.always };
}

test("each call leaves exactly one row in the log, of the action that its route states", async () => {
  const surprises: string[] = [];
  for (const operation of operations) {
    const { status, right, actions, always } = await run(operation, permittedRole(operation));
    if (always !== undefined) continue;
    if (!right || actions.join() !== operation.audit)
      surprises.push(`${operation.name}: ${status}, recorded [${actions}]`);
  }
  expect(surprises).toEqual([]);
}, 120_000);

test("a call that its rule refuses leaves one row of the refusal and none of the action", async () => {
  const surprises: string[] = [];
  let refusals = 0;
  for (const operation of operations) {
    for (const role of ROLES) {
      const { status, actions } = await run(operation, role);
      if (status < 400) continue;
      refusals++;
      const refused = [401, 403, 404].includes(status) ? "access.denied" : "";
      // Anonymous refusals are counted together, most under an earlier request.
      const right = actions.join() === refused || (role === "anonymous" && actions.length === 0);
      if (!right) surprises.push(`${operation.name} as ${role}: ${status} [${actions}]`);
    }
  }
  expect(surprises).toEqual([]);
  expect(refusals).toBeGreaterThan(operations.length * 2);
  const [strangers] = await app.deps.database.sql`
    select sum((detail->>'count')::int)::int as count from audit_log
    where action = 'access.denied' and actor_kind = 'anonymous' and detail->>'reason' = 'not_signed_in'`;
  expect(strangers?.count).toBeGreaterThan(0);
}, 240_000);

test("repeated with an Idempotency-Key a change is recorded once, and no secret is kept for it", async () => {
  const surprises: string[] = [];
  const repeatable = operations.filter(({ method }) => !["GET", "DELETE"].includes(method));
  for (const operation of repeatable) {
    const cast = await makeCast(app);
    const sample = await samples[operation.name]?.(cast, permittedRole(operation));
    // Anonymous callers have no keys, and file uploads are identified by their hash.
    if (sample === undefined || sample.always !== undefined || operation.access === "anyone")
      continue;
    if (sample.body instanceof Blob || sample.body instanceof FormData) continue;
    const caller = cast.callers[permittedRole(operation)];
    const send = () =>
      caller.request(operation.method, sample.path, sample.body, {
        "idempotency-key": cast.projectId,
      });
    const first = await send();
    const again = await send();
    // After signing out nobody is left to repeat it; a response with a secret is refused the second time.
    const right = [operation.success, 401, 409].includes(again.status);
    if (first.status !== operation.success || !right)
      surprises.push(`${operation.name}: ${first.status}, ${again.status}`);
    const actions = await recorded(again);
    if (actions.length > 0) surprises.push(`${operation.name}: recorded again`);
  }
  expect(surprises).toEqual([]);
  const kept = await app.deps.database
    .sql`select count(*)::int as rows, count(*) filter (where body::text ~ 'atl_|token=')::int as secrets from idempotency_keys`;
  expect(kept[0]?.rows).toBeGreaterThan(15);
  expect(kept[0]?.secrets).toBe(0);
}, 120_000);

test("the first account of a workspace leaves one row too", async () => {
  const fresh = await createTestApp();
  try {
    await fresh.person("First");
    const rows = await fresh.deps.database.sql`select action from audit_log`;
    expect(rows.map((row) => row.action)).toEqual(["user.signed_up"]);
  } finally {
    await fresh.close();
  }
});

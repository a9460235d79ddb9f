import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { createTestApp, type TestApp } from "../../../test/support/app.ts";
import { TestClock } from "../../../test/support/clock.ts";
import { eventually } from "../../../test/support/eventually.ts";
import type { Actor } from "../../platform/context.ts";
import type { SecurityEvent } from "../../platform/http/security-events.ts";
import { createLogger } from "../../platform/observability/logger.ts";
import { SecurityEventBuffer } from "./gather-security-events.ts";

const clock = new TestClock();
const lines: string[] = [];
let app: TestApp;
let gatherer: SecurityEventBuffer;
beforeAll(async () => {
  const logger = createLogger("info", { write: (line) => void lines.push(line) });
  app = await createTestApp({ deps: { clock, logger } });
});
afterAll(() => app.close());
beforeEach(async () => {
  await app.deps.services.audit.securityEvents.close();
  await app.deps.services.audit.sealer.close();
  await app.owner.sql`alter table audit_log disable trigger user`;
  await app.owner.sql`delete from audit_log`;
  await app.owner.sql`alter table audit_log enable trigger user`;
  gatherer = new SecurityEventBuffer(app.deps);
});

const user = (userId: string): Actor => ({
  kind: "user",
  userId,
  role: "member",
  via: { kind: "session", sessionId: userId },
});
const event = (more: Partial<SecurityEvent> = {}): SecurityEvent => ({
  action: "access.denied",
  reason: "not_signed_in",
  actor: { kind: "anonymous" },
  ip: "192.0.2.1",
  requestId: "request",
  callerRequestId: undefined,
  method: "GET",
  route: "/api/v1/me",
  ...more,
});
const stored = async () =>
  (
    await app.deps.database.sql`
      select action, actor_id, ip, request_id, detail from audit_log order by at, id`
  ).map(({ action, actor_id, ip, request_id, detail }) => ({
    action,
    actorId: actor_id,
    ip,
    requestId: request_id,
    ...detail,
  }));
const counts = async () => (await stored()).map(({ count }) => count);

test("the first event of its kind is stored at the next flush, the rest of the minute as one row with their count", async () => {
  const start = clock.now();
  gatherer.note(event({ requestId: "first" }));
  await gatherer.flush();
  expect(await stored()).toEqual([
    {
      action: "access.denied",
      actorId: null,
      ip: "192.0.2.1",
      requestId: "first",
      reason: "not_signed_in",
      method: "GET",
      route: "/api/v1/me",
      count: 1,
      first: start.toISOString(),
      last: start.toISOString(),
    },
  ]);
  for (let second = 1; second <= 59; second++) {
    clock.advance(1_000);
    gatherer.note(event({ requestId: "later" }));
    await gatherer.flush();
  }
  expect(await counts()).toEqual([1]);
  clock.advance(1_000);
  await gatherer.flush();
  expect((await stored())[1]).toMatchObject({
    requestId: "first",
    count: 59,
    first: new Date(start.getTime() + 1_000).toISOString(),
    last: new Date(start.getTime() + 59_000).toISOString(),
  });
  gatherer.note(event({ requestId: "next minute" }));
  await gatherer.flush();
  expect((await stored())[2]).toMatchObject({ requestId: "next minute", count: 1 });
});

test("events with different actor, address, reason, account or key are separate; those with different targets only for reads", async () => {
  const id = () => app.deps.ids.next();
  const apart: Partial<SecurityEvent>[] = [
    {},
    { action: "auth.failed" },
    { reason: "foreign_origin" },
    { ip: "192.0.2.2" },
    { ip: "2001:db8::1" },
    { actor: user(id()) },
    { account: "ada@example.com" },
    { account: "bob@example.com" },
    { keyHash: "a" },
    { keyHash: "b" },
  ];
  for (const more of [...apart, ...apart]) gatherer.note(event(more));
  gatherer.note(event({ ip: "2001:db8::ffff" }));
  gatherer.note(event({ account: "ADA@example.com" }));
  gatherer.note(event({ target: { kind: "project", id: id() } }));
  await gatherer.flush();
  expect((await counts()).toSorted()).toEqual([2, 2, 2, 2, 2, 2, 2, 3, 3, 3]);
});

test("events of one user's session and key, and from different addresses of theirs, are separate", async () => {
  const id = app.deps.ids.next();
  const session = user(id);
  const key: Actor = {
    kind: "user",
    userId: id,
    role: "member",
    via: { kind: "key", keyId: app.deps.ids.next(), scopes: ["read"] },
  };
  for (const actor of [session, key, session]) gatherer.note(event({ actor }));
  gatherer.note(event({ actor: session, ip: "192.0.2.7" }));
  await gatherer.flush();
  expect((await counts()).toSorted()).toEqual([1, 1, 2]);
});

test("reads are separate by target", async () => {
  const reader = user(app.deps.ids.next());
  const readOf = (id: string) =>
    event({ action: "admin.read", reason: null, actor: reader, target: { kind: "user", id } });
  for (const id of ["a", "b", "a"]) gatherer.note(readOf(id));
  gatherer.note({ ...readOf("a"), route: "/api/v1/admin/other" });
  await gatherer.flush();
  expect((await counts()).toSorted()).toEqual([1, 1, 2]);
});

test("a flood from many addresses costs a bounded number of rows, and every event is counted", async () => {
  for (let round = 0; round < 3; round++)
    for (let n = 0; n < 1_000; n++)
      gatherer.note(event({ ip: `198.18.${n >> 8}.${n & 255}`, account: `${n}@example.com` }));
  clock.advance(60_000);
  await gatherer.flush();
  const rows = await stored();
  expect(rows).toHaveLength(101);
  expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(3_000);
  const rest = rows.filter(({ overflow }) => overflow);
  expect(rest).toEqual([
    {
      action: "access.denied",
      actorId: null,
      ip: null,
      requestId: null,
      overflow: true,
      count: 2_700,
      first: expect.any(String),
      last: expect.any(String),
    },
  ]);
});

test("one source cannot use up the limits of others, nor anonymous callers those of users", async () => {
  const loud = user(app.deps.ids.next());
  for (let n = 0; n < 200; n++) {
    gatherer.note(event({ account: `${n}@example.com` }));
    gatherer.note(event({ actor: loud, ip: "192.0.2.9", reason: `reason ${n}` }));
  }
  for (let n = 0; n < 200; n++) gatherer.note(event({ ip: `198.18.0.${n}` }));
  const quiet = user(app.deps.ids.next());
  gatherer.note(event({ actor: quiet, requestId: "quiet" }));
  await gatherer.flush();
  const rows = await stored();
  const of = (matches: (row: (typeof rows)[number]) => boolean) => rows.filter(matches);
  for (const loudest of ["192.0.2.1", "192.0.2.9"]) {
    const own = of(({ ip, requestId }) => ip === loudest && requestId !== "quiet");
    expect(own).toHaveLength(51);
    expect(own.filter(({ overflow }) => overflow)).toMatchObject([{ count: 150 }]);
  }
  expect(of(({ requestId }) => requestId === "quiet")).toMatchObject([{ count: 1 }]);
});

test("limits are released after the minute", async () => {
  const fill = (minute: number) => {
    for (let n = 0; n < 100; n++) gatherer.note(event({ ip: `198.18.${minute}.${n}` }));
  };
  for (let minute = 0; minute < 3; minute++) {
    fill(minute);
    await gatherer.flush();
    clock.advance(60_000);
    await gatherer.flush();
  }
  const rows = await stored();
  expect(rows).toHaveLength(300);
  expect(rows.some(({ overflow }) => overflow)).toBe(false);
});

test("what the database refuses is logged, and stored later", async () => {
  const { sql } = app.owner;
  gatherer.note(event());
  gatherer.note(event());
  await sql`alter table audit_log rename to away`;
  await gatherer.flush();
  gatherer.note(event());
  await sql`alter table away rename to audit_log`;
  expect(lines.some((line) => line.includes("security events not stored; retrying"))).toBe(true);
  await gatherer.flush();
  expect(await counts()).toEqual([3]);
});

test("the rest is stored at an orderly shutdown", async () => {
  gatherer.note(event());
  await gatherer.flush();
  gatherer.note(event());
  await gatherer.close();
  expect(await counts()).toEqual([1, 1]);
});

test("a flush stores what was noted while another was running, for all who ask meanwhile", async () => {
  gatherer.note(event({ ip: "192.0.2.1" }));
  const running = gatherer.flush();
  gatherer.note(event({ ip: "192.0.2.2" }));
  const [one, other] = [gatherer.flush(), gatherer.flush()];
  expect(other).toBe(one);
  await one;
  expect(await counts()).toEqual([1, 1]);
  await running;
  await gatherer.flush();
  expect(await counts()).toEqual([1, 1]);
});

test("the buffer flushes by itself", async () => {
  gatherer.start();
  gatherer.note(event());
  await eventually("the event is stored", async () => (await counts()).length === 1);
  await gatherer.close();
});

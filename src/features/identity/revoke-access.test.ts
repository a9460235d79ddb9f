import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { codeOf, read } from "../../../test/support/read.ts";
import { contextOf } from "../../../test/support/scopes.ts";
import { type Ctx, systemContext } from "../../platform/context.ts";
import { type AdminScope, operatorScope } from "./policy.ts";
import {
  getApiKeysOf,
  getSessionsOf,
  revokeAllAccess,
  revokeApiKeyOf,
  revokeSessionOf,
} from "./revoke-access.ts";
import { createdApiKey } from "./schema.ts";

const NOBODY = Bun.randomUUIDv7();
let app: TestApp;
let ctx: Ctx;
let scope: AdminScope;
beforeAll(async () => {
  app = await createTestApp({ env: { ATELIER_SESSION_IDLE_HOURS: "5" } });
  ctx = systemContext(app.deps, "test");
  scope = operatorScope(ctx);
});
afterAll(() => app.close());

const newKey = async (person: Person) =>
  read(await person.post("/me/api-keys", { name: "CI", scopes: ["read"] }), createdApiKey);
const status = async (key: string) => (await app.withKey(key).get("/me")).status;

test("an operator acts from the command line only, with the rights of a session and no user", async () => {
  expect([scope.inSession, scope.userId]).toEqual([true, null]);
  const ada = await app.person("Ada");
  expect(() => operatorScope(contextOf(app, ada))).toThrow("Only the command line");
});

test("an admin sees a user's active sessions, and keys with their last use", async () => {
  const bob = await app.person("Bob");
  const { id, key } = await newKey(bob);
  await status(key);
  const [session] = await getSessionsOf(ctx, scope, bob.me.id);
  expect(session?.userId).toBe(bob.me.id);
  const [shown] = await getApiKeysOf(ctx, scope, bob.me.id);
  expect(shown?.id).toBe(id);
  expect(shown?.lastUsedAt).toBeInstanceOf(Date);
  await app.deps.database
    .sql`update sessions set last_seen_at = now() - interval '5 hours' where id = ${String(session?.id)}`;
  expect(await getSessionsOf(ctx, scope, bob.me.id)).toEqual([]);
});

test("one session or key is ended at once, under its own user only", async () => {
  const [cleo, dora] = [await app.person("Cleo"), await app.person("Dora")];
  const key = await newKey(cleo);
  const [session] = await getSessionsOf(ctx, scope, cleo.me.id);
  const [userId, sessionId] = [cleo.me.id, session?.id ?? ""];
  expect([(await cleo.get("/me")).status, await status(key.key)]).toEqual([200, 200]);
  for (const [act, code] of [
    [() => revokeSessionOf(ctx, scope, dora.me.id, sessionId), "session_not_found"],
    [() => revokeApiKeyOf(ctx, scope, dora.me.id, key.id), "api_key_not_found"],
  ] as const)
    await expect(act()).rejects.toMatchObject({ status: 404, code });
  await revokeApiKeyOf(ctx, scope, userId, key.id);
  expect([(await cleo.get("/me")).status, await status(key.key)]).toEqual([200, 401]);
  await revokeSessionOf(ctx, scope, userId, sessionId);
  expect(await codeOf(await cleo.get("/me"))).toBe("401 not_signed_in");
  await expect(revokeApiKeyOf(ctx, scope, userId, key.id)).rejects.toMatchObject({ status: 404 });
  const rows = await app.deps.database.sql`select action, target_id, detail from audit_log
    where target_id in (${key.id}, ${sessionId}) and action like '%revoked' order by id`;
  expect([...rows]).toEqual([
    { action: "api_key.revoked", target_id: key.id, detail: { userId } },
    { action: "session.revoked", target_id: sessionId, detail: { userId } },
  ]);
});

test("all of a user's sessions and keys end at once, and nobody else's", async () => {
  const [eve, finn] = [await app.person("Eve"), await app.person("Finn")];
  const [hers, his] = [await newKey(eve), await newKey(finn)];
  const all = async () => [
    (await eve.get("/me")).status,
    await status(hers.key),
    (await finn.get("/me")).status,
    await status(his.key),
  ];
  expect(await all()).toEqual([200, 200, 200, 200]);
  await revokeAllAccess(ctx, scope, eve.me.id);
  expect(await all()).toEqual([401, 401, 200, 200]);
  const [row] = await app.deps.database.sql`select target_kind, detail from audit_log
    where action = 'user.access_revoked' and target_id = ${eve.me.id}`;
  expect(row).toEqual({ target_kind: "user", detail: { sessions: 1, keys: 1 } });
});

test("of an unknown user nothing is shown or ended", async () => {
  for (const act of [
    () => getSessionsOf(ctx, scope, NOBODY),
    () => getApiKeysOf(ctx, scope, NOBODY),
    () => revokeAllAccess(ctx, scope, NOBODY),
  ])
    await expect(act()).rejects.toMatchObject({ status: 404, code: "user_not_found" });
});

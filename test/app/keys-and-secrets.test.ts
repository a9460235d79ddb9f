import { afterAll, beforeAll, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { createTestApp, type TestApp } from "../support/app.ts";
import { makeCast } from "../support/cast.ts";
import { type Operation, permittedRole, readOperations } from "../support/operations.ts";
import { samples } from "./samples.ts";

/**
 * No API key leads to a browser session or to another key, and only one with the scope `admin` changes who may
 * sign in. Checked for every route, by its response and its effect on the database.
 */

let app: TestApp;
let operations: Operation[];
beforeAll(async () => {
  app = await createTestApp();
  await app.person("Founder");
  // There the password or link in the request is the credential.
  operations = (await readOperations(app)).filter(({ access }) => access !== "anyone");
});
afterAll(() => app.close());

/** Credentials in a response: keys, link tokens or session tokens, found by their values in the database. */
async function secretsIn(text: string): Promise<string[]> {
  const { sql } = app.deps.database;
  const words = [...new Set(text.match(/[\w-]{20,}/g) ?? [])];
  const hashes = words.map((word) => createHash("sha256").update(word).digest("hex"));
  const rows = await sql`
    select 'key' as kind from api_keys where hash = any(${hashes})
    union all select 'link' from one_time_tokens where token_hash = any(${hashes})
    union all select 'session' from sessions where token = any(${words})`;
  return rows.map(({ kind }) => kind);
}

/** All data that decides who may sign in, and with which role. */
async function whoMaySignIn(): Promise<string> {
  const { sql } = app.deps.database;
  const [row] = await sql`select
    (select json_agg(json_build_array(id, email, role, disabled_at) order by id) from users) as users,
    (select json_agg(json_build_array(user_id, password) order by id) from accounts) as passwords,
    (select json_agg(id order by id) from sessions) as sessions,
    (select json_agg(json_build_array(id, scopes, expires_at, revoked_at) order by id) from api_keys) as keys,
    (select json_agg(id order by id) from one_time_tokens) as links,
    (select json_agg(json_build_array(name, value) order by name) from workspace_settings) as settings,
    (select json_agg(json_build_array(id, base_url, sealed_key) order by id) from providers) as providers`;
  return JSON.stringify(row);
}

/** Sends a sample's request with a cookie or key. */
async function call(
  operation: Operation,
  as: "owner" | "admin",
  by: "session" | "write" | "admin",
) {
  const cast = await makeCast(app);
  const sample = await samples[operation.name]?.(cast, as);
  if (sample === undefined) throw new Error(`${operation.name} has no sample`);
  const person = cast.people[as];
  const caller = by === "session" ? cast.callers[as] : app.withKey(person.keys[by]);
  const before = by === "write" ? await whoMaySignIn() : "";
  const response = await caller.request(operation.method, sample.path, sample.body);
  const text = await response.text();
  const after = by === "write" ? await whoMaySignIn() : "";
  return { text, changed: before !== after };
}

test("what a session is answered with secrets takes no key, and no key is answered with one", async () => {
  const withSecret: string[] = [];
  const leaks: string[] = [];
  await Promise.all(
    operations.map(async (operation) => {
      const as = permittedRole(operation);
      const bySession = await secretsIn((await call(operation, as, "session")).text);
      const byKey = await secretsIn(
        (await call(operation, as, as === "admin" ? "admin" : "write")).text,
      );
      if (bySession.length > 0) withSecret.push(operation.name);
      if (bySession.length > 0 && operation.takesKeys) leaks.push(`${operation.name} takes keys`);
      if (byKey.length > 0) leaks.push(`${operation.name} tells a key: ${byKey}`);
    }),
  );
  expect(withSecret.sort()).toEqual([
    "POST /admin/users",
    "POST /admin/users/{userId}/password-reset-link",
    "POST /me/api-keys",
    "POST /me/api-keys/{keyId}/rotate",
  ]);
  expect(leaks).toEqual([]);
}, 300_000);

test("an admin's key without the scope `admin` changes nothing of who may sign in", async () => {
  const changed: string[] = [];
  for (const operation of operations.filter(({ method }) => method !== "GET")) {
    if ((await call(operation, "admin", "write")).changed) changed.push(operation.name);
  }
  expect(changed).toEqual([]);
}, 300_000);

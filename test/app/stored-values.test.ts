import { afterAll, beforeAll, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { z } from "zod";
import { createTestApp, type Person, type TestApp } from "../support/app.ts";
import { read } from "../support/read.ts";

/**
 * Access to the database or a backup must not be enough to sign in: no value of any text column authenticates,
 * even while the credentials it was derived from are in use.
 */

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
});
afterAll(() => app.close());

/** Each distinct text of the database, whatever its column's type: ids, hashes, names, members of JSON. */
async function storedValues(): Promise<string[]> {
  const { sql } = app.deps.database;
  const columns = await sql`select table_schema, table_name, column_name
    from information_schema.columns where table_schema not in ('pg_catalog', 'information_schema')
    and (data_type in ('text', 'character varying', 'uuid', 'jsonb', 'ARRAY', 'bytea'))`;
  const values = new Set<string>();
  for (const { table_schema: schema, table_name: table, column_name: column } of columns) {
    const rows = await sql`select distinct ${sql(column)}::text as value
      from ${sql(schema)}.${sql(table)} where ${sql(column)} is not null`;
    for (const { value } of rows) {
      values.add(value);
      // Parts of composite values, such as `{read,write}` or `{"url": "…"}`.
      for (const [part] of value.matchAll(/[\w.+/=:-]{8,}/g)) values.add(part);
    }
  }
  return [...values];
}

/** Variants of a value that an attacker might try. */
function disguises(value: string): string[] {
  const hash = createHash("sha256").update(value).digest("hex");
  const signed = [value, value.split(".")[0] ?? value].map((token) => `${value}.${token}`);
  return [value, hash, `session:${value}`, `key:${value}`, `atl_${value}`, ...signed];
}

test("no value that the database holds authenticates, as cookie or as bearer", async () => {
  const made = await ada.post("/me/api-keys", { name: "CI", scopes: ["read", "write"] });
  const { key } = await read(made, z.looseObject({ key: z.string() }));
  await ada.post(`/admin/users/${ada.me.id}/password-reset-link`);
  const values = (await storedValues()).filter((value) => /^[\x21-\x7e]+$/.test(value));
  // Session, key and link hash must be among them, or this test proves nothing.
  expect(values).toContain(createHash("sha256").update(key).digest("hex"));
  expect(values.length).toBeGreaterThan(50);
  const names = [...new Set(["atelier_session", ada.cookie.split("=")[0] ?? ""])];
  const opened: string[] = [];
  const tryOne = async (headers: Record<string, string>) => {
    const response = await app.app.request("/api/v1/me", { headers });
    if (response.status !== 401) opened.push(JSON.stringify(headers));
    await response.body?.cancel();
  };
  for (const value of values.flatMap(disguises)) {
    // Used a moment before, so that caches hold them.
    expect((await ada.get("/me")).status).toBe(200);
    expect((await app.withKey(key).get("/me")).status).toBe(200);
    for (const name of names) await tryOne({ cookie: `${name}=${encodeURIComponent(value)}` });
    await tryOne({ authorization: `Bearer ${value}` });
  }
  expect(opened).toEqual([]);
}, 120_000);

test("no value that the database holds is a link that sets a password", async () => {
  await ada.post(`/admin/users/${ada.me.id}/password-reset-link`);
  for (const token of (await storedValues()).filter(({ length }) => length <= 200)) {
    const body = { token, newPassword: "quite another password" };
    const response = await app.anonymous.post("/auth/password-reset", body);
    expect([token, response.status]).toEqual([token, 410]);
    await response.body?.cancel();
  }
}, 120_000);

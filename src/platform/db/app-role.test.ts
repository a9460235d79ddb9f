import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestDatabase, type TestDatabase, withUser } from "../../../test/support/database.ts";
import { APP_ROLE, grantAppPrivileges, privilegesOn } from "./app-role.ts";
import { type DatabaseClient, openDatabase } from "./client.ts";

let database: TestDatabase;
let owner: DatabaseClient;
let app: DatabaseClient;
beforeAll(async () => {
  database = await createTestDatabase();
  owner = openDatabase({ url: database.url, poolMax: 1 });
  app = openDatabase({ url: withUser(database.url, APP_ROLE), poolMax: 1 });
});
afterAll(async () => {
  await app.close();
  await owner.close();
  await database.drop();
});

const ALL = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"];

/** What the application's role may do, table by table, as the database itself judges it. */
async function tables(): Promise<{ name: string; rights: string[] }[]> {
  const rows = await app.sql<{ name: string; rights: string[] }[]>`
    select n.nspname || '.' || c.relname as name,
      array(select p from unnest(${ALL}::text[]) p where has_table_privilege(c.oid, p)) as rights
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
    order by 1`;
  return [...rows];
}

test("the application has the stated privileges on every table, and no others", async () => {
  const found = await tables();
  expect(found.length).toBeGreaterThan(30);
  for (const { name, rights } of found)
    expect({ name, rights }).toEqual({ name, rights: privilegesOn(name) });
});

test("on every table whose triggers refuse changes the application has SELECT and INSERT only", async () => {
  const guarded = await owner.sql<{ name: string }[]>`
    select distinct n.nspname || '.' || c.relname as name
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
      join pg_proc p on p.oid = t.tgfoid
    where not t.tgisinternal and p.prosrc like '%append-only%' order by 1`;
  expect(guarded.map(({ name }) => name)).toEqual([
    "public.audit_log",
    "public.audit_seals",
    "public.ledger",
  ]);
  for (const { name } of guarded) expect(privilegesOn(name)).toEqual(["SELECT", "INSERT"]);
});

test("a new table gets DML, and privileges granted by hand are revoked", async () => {
  const { sql } = owner;
  await sql`create table added (id int generated always as identity, note text)`;
  await sql`grant update, truncate on ledger to ${sql(APP_ROLE)}`;
  await sql`grant create on schema public to ${sql(APP_ROLE)}`;
  await grantAppPrivileges(sql);
  await app.sql`insert into added (note) values ('here')`;
  await app.sql`update added set note = 'there'`;
  await app.sql`delete from added`;
  await expect(app.sql`truncate added`.then(() => "emptied")).rejects.toThrow("permission denied");
  await expect(app.sql`truncate ledger`.then(() => "emptied")).rejects.toThrow("permission denied");
  await expect(app.sql`create table mine (n int)`.then(() => "made")).rejects.toThrow(
    "permission denied",
  );
});

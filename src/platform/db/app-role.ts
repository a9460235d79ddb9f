import type postgres from "postgres";

/**
 * The role whose members the application may sign in as: it owns nothing. Who runs the database makes it
 * (base/postgres, the embedded server); where it is missing, the application signs in as the owner.
 */
export const APP_ROLE = "atelier_app";

/** The schemas that migrations and the job queue fill. */
const SCHEMAS = ["public", "drizzle", "pgboss"];

/** What is written once and stays: triggers refuse the rest to the owner, too. */
const APPEND_ONLY = ["public.audit_log", "public.audit_seals", "public.ledger"];
const READ_ONLY = ["drizzle.__drizzle_migrations"];

/** What the application may do with a table; every one that is not listed here is read and written. */
export function rightsOn(table: string): string[] {
  if (READ_ONLY.includes(table)) return ["SELECT"];
  if (APPEND_ONLY.includes(table)) return ["SELECT", "INSERT"];
  return ["SELECT", "INSERT", "UPDATE", "DELETE"];
}

/**
 * Gives {@link APP_ROLE}, where it is there, exactly the rights that the application needs on the tables that
 * the current role owns, and takes from it what it has besides.
 */
export async function grantAppRights(sql: postgres.Sql): Promise<void> {
  const there = await sql`select from pg_roles where rolname = ${APP_ROLE}`;
  if (there.length === 0) return;
  await sql.begin(async (tx) => {
    const schemas = await tx<{ name: string }[]>`
      select nspname as name from pg_namespace
      where nspname in ${tx(SCHEMAS)} and pg_has_role(nspowner, 'USAGE')`;
    for (const { name } of schemas) {
      await tx`revoke all on schema ${tx(name)} from ${tx(APP_ROLE)}`;
      await tx`grant usage on schema ${tx(name)} to ${tx(APP_ROLE)}`;
    }
    const tables = await tx<{ schema: string; name: string }[]>`
      select n.nspname as schema, c.relname as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ${tx(SCHEMAS)} and c.relkind in ('r', 'p') and pg_has_role(c.relowner, 'USAGE')`;
    for (const { schema, name } of tables) {
      const table = tx`${tx(schema)}.${tx(name)}`;
      const rights = tx.unsafe(rightsOn(`${schema}.${name}`).join(", "));
      await tx`revoke all on table ${table} from ${tx(APP_ROLE)}`;
      await tx`grant ${rights} on table ${table} to ${tx(APP_ROLE)}`;
    }
  });
}

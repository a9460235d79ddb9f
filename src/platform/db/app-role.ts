import type postgres from "postgres";

/**
 * The role that the application's logins are members of; it owns nothing. Whoever runs the database creates it
 * (base/postgres, the embedded server); without it the application connects as the owner.
 */
export const APP_ROLE = "atelier_app";

/** The schemas of our migrations and of the job queue. */
const SCHEMAS = ["public", "drizzle", "pgboss"];

/** Triggers refuse UPDATE, DELETE and TRUNCATE here, to the owner as well. */
const APPEND_ONLY = ["public.audit_log", "public.audit_seals", "public.ledger"];
const READ_ONLY = ["drizzle.__drizzle_migrations"];

/** The application's privileges on a table: DML, unless it is listed above. */
export function privilegesOn(table: string): string[] {
  if (READ_ONLY.includes(table)) return ["SELECT"];
  if (APPEND_ONLY.includes(table)) return ["SELECT", "INSERT"];
  return ["SELECT", "INSERT", "UPDATE", "DELETE"];
}

/**
 * Grants {@link APP_ROLE}, if it exists, the privileges of {@link privilegesOn} on the tables that the current
 * role owns, and revokes all others.
 */
export async function grantAppPrivileges(sql: postgres.Sql): Promise<void> {
  const found = await sql`select from pg_roles where rolname = ${APP_ROLE}`;
  if (found.length === 0) return;
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
      const privileges = tx.unsafe(privilegesOn(`${schema}.${name}`).join(", "));
      await tx`revoke all on table ${table} from ${tx(APP_ROLE)}`;
      await tx`grant ${privileges} on table ${table} to ${tx(APP_ROLE)}`;
    }
  });
}

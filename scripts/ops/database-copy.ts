import postgres from "postgres";
import type { Manifest } from "./backup-store.ts";
import { exits, words } from "./backup-store.ts";
import { Refusal, run } from "./command-line.ts";

/** Connects once; ends the script with 69 when the database does not answer within ten seconds. */
export async function connect(url: string, what = "the database"): Promise<postgres.Sql> {
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 10,
    idle_timeout: 0,
    max_lifetime: null,
    onnotice: () => undefined,
    // The same text format on every server, since values are compared.
    connection: {
      TimeZone: "UTC",
      DateStyle: "ISO",
      IntervalStyle: "postgres",
      extra_float_digits: 1,
      bytea_output: "hex",
    },
  });
  try {
    await sql`select 1`;
  } catch (error) {
    await sql.end({ timeout: 1 });
    throw new Refusal(`${what} cannot be reached: ${words(error)}`, exits.databaseUnreachable);
  }
  return sql;
}

/** Rows and content checksum of every ordinary table outside the system's schemas, by qualified name. */
export async function tableFacts(
  sql: postgres.Sql | postgres.TransactionSql,
): Promise<Manifest["tables"]> {
  const tables = await sql<{ schema: string; name: string }[]>`
    select n.nspname as schema, c.relname as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
    order by 1, 2`;
  const facts: Manifest["tables"] = {};
  for (const { schema, name } of tables) {
    // A sum of row hashes does not depend on the order of rows, which a restore may change.
    const [row] = await sql<{ rows: string; checksum: string }[]>`
      select count(*)::text as rows, coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)::text as checksum
      from only ${sql(schema)}.${sql(name)} t`;
    if (row !== undefined) facts[`${schema}.${name}`] = { rows: row.rows, checksum: row.checksum };
  }
  return facts;
}

/** Differences between the facts recorded with a dump and those of a restored database. */
export function compareFacts(recorded: Manifest["tables"], restored: Manifest["tables"]): string[] {
  return [...new Set([...Object.keys(recorded), ...Object.keys(restored)])]
    .sort()
    .flatMap((table) => {
      const before = recorded[table];
      const after = restored[table];
      if (before === undefined) return [`${table} was not in the backup`];
      if (after === undefined) return [`${table} is missing`];
      if (before.rows !== after.rows)
        return [`${table} has ${after.rows} rows, not ${before.rows}`];
      return before.checksum === after.checksum ? [] : [`${table} has other contents`];
    });
}

/** A URL without its password, and the environment that carries it: argument lists are visible to other users. */
export function withoutPassword(url: string): { dbname: string; env: Record<string, string> } {
  const parsed = new URL(url);
  const password = decodeURIComponent(parsed.password);
  parsed.password = "";
  return { dbname: parsed.href, env: password === "" ? {} : { PGPASSWORD: password } };
}

/** Runs one of PostgreSQL's programs; a full disk and other failures end the script with their own exit codes. */
export async function runTool(command: string[], env: Record<string, string>): Promise<string> {
  let finished: Awaited<ReturnType<typeof run>>;
  try {
    finished = await run(command, { env });
  } catch (error) {
    throw new Refusal(`${command[0]} cannot be started: ${words(error)}`, exits.toolFailed);
  }
  if (finished.code === 0) return finished.stdout;
  const said = finished.stderr.trim();
  if (/no space left on device/i.test(said))
    throw new Refusal(`the disk is full: ${said}`, exits.diskFull);
  if (
    /could not connect|connection to server|server closed the connection|terminating connection/i.test(
      said,
    )
  ) {
    throw new Refusal(`the database went away: ${said}`, exits.databaseUnreachable);
  }
  throw new Refusal(`${command[0]} failed (${finished.code}): ${said}`, exits.toolFailed);
}

/** Ends the script unless the client programs are at least as new as the server: pg_dump refuses a newer one. */
export async function requireMatchingTools(sql: postgres.Sql): Promise<string> {
  const [row] = await sql<{ server_version: string }[]>`show server_version`;
  const server = row?.server_version ?? "";
  const client = /(\d+)(\.\d+)?/.exec(await runTool(["pg_dump", "--version"], {}))?.[1];
  if (Number(client) < Number.parseInt(server, 10)) {
    throw new Refusal(
      `pg_dump ${client} is older than the server (${server}): install the matching client`,
      exits.toolFailed,
    );
  }
  return server;
}

/** Writes Prometheus text for a node exporter's textfile collector, atomically. */
export async function writeMetrics(lines: Record<string, number>): Promise<void> {
  const path = process.env.BACKUP_METRICS_FILE;
  if (path === undefined) return;
  const { rename } = await import("node:fs/promises");
  await Bun.write(
    `${path}.partial`,
    Object.entries(lines)
      .map(([name, value]) => `${name} ${value}\n`)
      .join(""),
  );
  await rename(`${path}.partial`, path);
}

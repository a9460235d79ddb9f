import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type postgres from "postgres";
import { run } from "../../scripts/ops/command-line.ts";
import { repositoryRoot } from "../../scripts/ops/environments.ts";
import { uploadedFile } from "../../src/features/knowledge/schema.ts";
import { createLogger } from "../../src/platform/observability/logger.ts";
import { purge, startWork } from "../../src/work.ts";
import { createTestApp, type TestApp } from "../support/app.ts";
import { TestClock } from "../support/clock.ts";
import { eventually } from "../support/eventually.ts";
import { ask, newThread, readEvents, readThread } from "../support/generation.ts";
import { read } from "../support/read.ts";
import { makeRoles, rolePasswords } from "./database-roles.ts";
import { connected, findPostgres, type PostgresServer, startPostgres } from "./postgres-server.ts";
import { type Storage, startStorage } from "./storage.ts";

const bin = await findPostgres();
const DAY_MS = 86_400_000;

/** The rights of the owner and the application's role on each table, as comparable text. */
const rights = (sql: postgres.Sql) => sql`
  select format('%I.%I', n.nspname, c.relname) as table, c.relowner::regrole::text as owner,
    array(select privilege_type from aclexplode(c.relacl)
      where grantee = 'atelier_app'::regrole order by 1) as granted
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'drizzle', 'pgboss') and c.relkind in ('r', 'p') order by 1`;

describe("the application on a PostgreSQL as base/postgres sets it up", () => {
  let server: PostgresServer;
  let app: TestApp;
  const lines: string[] = [];
  const clock = new TestClock();
  const asApp = <T>(work: (sql: postgres.Sql) => Promise<T>, login = "atelier_app_a") =>
    connected(server.url("atelier", login), work);

  beforeAll(async () => {
    server = await startPostgres(bin);
    await makeRoles(server, rolePasswords());
    app = await createTestApp({
      databaseUrl: server.url("atelier", "atelier_a"),
      appUrl: server.url("atelier", "atelier_app_a"),
      deps: {
        clock,
        logger: createLogger("info", { write: (line) => void lines.push(line) }),
      },
    });
  }, 120_000);
  afterAll(async () => {
    await app?.close();
    await server?.stop();
  });

  test("it does all its work as a role that owns nothing: people, files, jobs, answers, purge", async () => {
    await startWork(app.deps);
    const ada = await app.person("Ada");
    const projectId = ada.me.personalProjectId;
    const put = await ada.request(
      "PUT",
      `/projects/${projectId}/files/lease.md`,
      new Blob(["The rent is 900 euros a month.\n"]),
    );
    const { id: fileId } = await read(put, uploadedFile);
    const { sql } = app.deps.database;
    await eventually("the file is read", async () => {
      const [file] = await sql`select v.status from file_versions v where v.file_id = ${fileId}`;
      return file?.status === "ready";
    });
    const threadId = await newThread(ada);
    const asked = await ask(ada, { threadId, text: "How high is the rent?" });
    await readEvents(ada, asked.generationId);
    const [, answer] = (await readThread(ada, threadId)).messages;
    expect(JSON.stringify(answer)).toContain("900 euros");
    expect(await sql`select 1 from ledger`).toHaveLength(1);

    expect((await ada.delete(`/projects/${projectId}/files/${fileId}`)).status).toBe(204);
    expect((await ada.delete(`/threads/${threadId}`)).status).toBeLessThan(300);
    clock.advance(31 * DAY_MS);
    await purge(app.deps);
    expect(await sql`select 1 from files`).toHaveLength(0);
    expect(await sql`select 1 from threads`).toHaveLength(0);
    await eventually("every row of the log is sealed", async () => {
      const open = await sql`select 1 from audit_log l
        where not exists (select 1 from audit_seals s where s.audit_id = l.id)`;
      return open.length === 0;
    });
    expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    const [who] = await sql`select current_user as name, pg_has_role('atelier', 'MEMBER') as owns`;
    expect(who).toEqual({ name: "atelier_app_a", owns: false });
  }, 120_000);

  test("it can neither change nor take away what is in the log, its seals and the ledger", async () => {
    await asApp(async (sql) => {
      for (const table of ["audit_log", "audit_seals", "ledger"]) {
        expect((await sql`select 1 from ${sql(table)}`).length).toBeGreaterThan(0);
        const [column] = await sql`
          select attname as name from pg_attribute where attrelid = ${table}::regclass and attnum = 1`;
        for (const statement of [
          `update ${table} set ${column?.name} = ${column?.name}`,
          `delete from ${table}`,
          `truncate ${table}`,
          `do $$ begin lock table ${table} in access exclusive mode; end $$`,
          `select 1 from ${table} for update`,
          `merge into ${table} using (select 1) as one on true when matched then delete`,
        ])
          await expect(sql.unsafe(statement).then(() => statement)).rejects.toThrow(
            /permission denied for table/,
          );
      }
    });
  });

  test("it can neither switch triggers off, nor replace what they do, nor become who can", async () => {
    const attempts: Record<string, RegExp> = {
      "alter table audit_log disable trigger user": /must be owner/,
      "alter table audit_log disable trigger audit_log_rows_stay": /must be owner/,
      "drop trigger ledger_append_only on ledger": /must be owner/,
      "create trigger t before insert on ledger execute function ledger_is_append_only()":
        /permission denied/,
      "create or replace function ledger_is_append_only() returns trigger language plpgsql as 'begin return null; end'":
        /permission denied|must be owner/,
      "alter function audit_seals_are_append_only() rename to gone": /must be owner/,
      "create rule r as on insert to audit_log do instead nothing": /must be owner/,
      "alter table audit_log rename to gone": /must be owner/,
      "alter table audit_log enable row level security": /must be owner/,
      "drop table ledger": /must be owner/,
      "set session_replication_role = replica": /permission denied/,
      "set role atelier": /permission denied/,
      "set session authorization atelier": /permission denied/,
      "grant atelier to atelier_app_a": /permission denied|must have admin option/,
      "alter role atelier_app_a superuser": /permission denied|must be superuser/,
    };
    await asApp(async (sql) => {
      for (const [statement, refusal] of Object.entries(attempts))
        await expect(sql.unsafe(statement).then(() => statement)).rejects.toThrow(refusal);
    });
  });

  test("it can neither make, change nor empty tables, nor reach past the database", async () => {
    await asApp(async (sql) => {
      for (const statement of [
        "create table notes (n int)",
        "create temporary table notes (n int)",
        "create schema notes",
        "create table pgboss.notes (n int)",
        "create function public.f() returns int language sql as 'select 1'",
        "alter table projects add column notes text",
        "create index on projects (name)",
        "truncate projects cascade",
        "drop table projects",
        "update drizzle.__drizzle_migrations set hash = ''",
        "delete from drizzle.__drizzle_migrations",
        "copy projects to program 'cat'",
        "select pg_read_file('/etc/passwd')",
        "create extension dblink",
      ])
        await expect(sql.unsafe(statement).then(() => statement)).rejects.toThrow(
          /permission denied|must be owner|must be superuser/,
        );
    });
  });

  test("what is restored belongs to the owner again, with the same rights, and the application goes on", async () => {
    const storage: Storage = await startStorage();
    const work = await mkdtemp(join(tmpdir(), "atelier-work-"));
    try {
      const script = async (name: string, url: string, ...args: string[]) => {
        const command = [join(repositoryRoot(), "scripts", name), "--work-dir", work, ...args];
        const PATH = `${server.bin}:${process.env.PATH}`;
        const done = await run(command, { env: { ...storage.env, PATH, DATABASE_URL: url } });
        expect(done).toMatchObject({ code: 0, stderr: "" });
      };
      const superuser = (statement: string) =>
        connected(server.url("postgres"), (sql) => sql.unsafe(statement));
      const before = await connected(server.url("atelier"), rights);
      await script("backup-database", server.url("atelier", "atelier_backup"));
      // Restored by one of the owner's logins, or by the server's superuser.
      for (const role of ["atelier_b", "postgres"]) {
        await superuser("drop database atelier with (force)");
        await makeRoles(server, rolePasswords());
        await script("restore-database", server.url("atelier", role), "--latest");
        expect([...(await connected(server.url("atelier"), rights))]).toEqual([...before]);
      }
      const owners = before.map(({ owner }) => owner);
      expect([...new Set(owners)]).toEqual(["atelier"]);
      await asApp(async (sql) => {
        expect(await sql`select 1 from users`).toHaveLength(1);
        await expect(sql`delete from audit_log`.then(() => "deleted")).rejects.toThrow(
          "permission denied",
        );
      }, "atelier_app_b");
      const migrated = await run([process.execPath, "src/main.ts", "migrate"], {
        cwd: repositoryRoot(),
        env: { DATABASE_URL: server.url("atelier", "atelier_a") },
      });
      expect(migrated).toMatchObject({ code: 0, stderr: "" });
      await eventually("the running application is back", async () => {
        const eve = await app.anonymous.get("/workspace");
        return eve.status < 500;
      });
    } finally {
      await storage.stop();
      await rm(work, { recursive: true, force: true });
    }
  }, 120_000);
});

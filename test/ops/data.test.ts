import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chown, copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type postgres from "postgres";
import { run } from "../../scripts/ops/command-line.ts";
import { repositoryRoot } from "../../scripts/ops/environments.ts";
import { databaseUrl, newPassword, valkeyAccess } from "../../scripts/ops/sops.ts";
import { eventually } from "../support/eventually.ts";
import { findValkey } from "../support/valkey.ts";
import { makeCertificate } from "./certificate.ts";
import { makeRoles, rolePasswords, secretName } from "./database-roles.ts";
import { connected, findPostgres, type PostgresServer, startPostgres } from "./postgres-server.ts";

const root = repositoryRoot();
const bin = await findPostgres();
const valkey = findValkey();

describe("base/postgres on a real PostgreSQL", () => {
  let server: PostgresServer;
  let trusted: string;
  let authority: string;
  const superuser = newPassword();
  const passwords = rolePasswords();
  /** A role's URL, with the password from base/postgres. */
  const url = (role: string) => {
    const secret = role === "postgres" ? superuser : passwords[secretName(role)];
    return databaseUrl(role, secret ?? "").replace("@postgres:5432", `@localhost:${server.port}`);
  };
  const as = <T>(role: string, work: (sql: postgres.Sql) => Promise<T>) =>
    connected(url(role).replace("?sslmode=verify-full", ""), work, {
      ssl: { ca: trusted, servername: "localhost" },
    });
  const roles = () =>
    makeRoles(server, passwords, {
      PGSSLMODE: "verify-full",
      PGSSLROOTCERT: authority,
      PGPASSWORD: superuser,
    });
  const migrate = (role: string) =>
    run([process.execPath, join(root, "src/main.ts"), "migrate"], {
      env: { DATABASE_URL: url(role), NODE_EXTRA_CA_CERTS: authority },
    });

  beforeAll(async () => {
    server = await startPostgres(bin, async (folder, uid) => {
      await copyFile(makeCertificate(folder).cert, `${folder}/ca.crt`);
      trusted = await Bun.file(`${folder}/ca.crt`).text();
      authority = join(await mkdtemp(join(tmpdir(), "atelier-ca-")), "ca.crt");
      await Bun.write(authority, trusted);
      // The real settings, except for file locations and a smaller buffer for a test machine.
      for (const name of ["postgresql.conf", "pg_hba.conf"]) {
        const text = await Bun.file(join(root, "base/postgres/config", name)).text();
        await Bun.write(
          join(folder, name),
          text
            .replaceAll("/etc/postgresql/tls", folder)
            .replaceAll("/etc/postgresql/config", folder)
            .replace("shared_buffers = 512MB", "shared_buffers = 64MB"),
        );
      }
      await Bun.write(join(folder, "password"), superuser);
      for (const name of [
        "tls.key",
        "tls.crt",
        "ca.crt",
        "postgresql.conf",
        "pg_hba.conf",
        "password",
      ])
        await chown(join(folder, name), uid, uid);
      return {
        initdb: [`--pwfile=${folder}/password`, "--auth=scram-sha-256", "--data-checksums"],
        options: `-c config_file=${folder}/postgresql.conf`,
      };
    });
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    await rm(join(authority, ".."), { recursive: true, force: true });
  });

  test("the roles are made, and made again without harm", async () => {
    await roles();
    await roles();
  });

  test("Atelier migrates as either of its roles, over TLS that it verifies, and both own the same objects", async () => {
    expect(await migrate("atelier_a")).toMatchObject({ code: 0, stderr: "" });
    expect(await migrate("atelier_b")).toMatchObject({ code: 0, stderr: "" });
    const owners = await as(
      "atelier_b",
      (sql) =>
        sql`select distinct tableowner from pg_tables where schemaname not like 'pg\\_%' and schemaname <> 'information_schema'`,
    );
    expect(owners.map((row) => row.tableowner)).toEqual(["atelier"]);
    await as("atelier_a", (sql) => sql`create table made_by_a (n int)`);
    await as("atelier_b", (sql) => sql`drop table made_by_a`);
  }, 60_000);

  test("whoever backs up reads everything and writes nothing; whoever watches sees no data", async () => {
    await as("atelier_backup", async (sql) => {
      const [table] = await sql<
        { name: string }[]
      >`select format('%I.%I', schemaname, tablename) as name from pg_tables where tableowner = 'atelier' limit 1`;
      await sql.unsafe(`select count(*) from ${table?.name}`);
      await expect(sql.unsafe(`delete from ${table?.name}`)).rejects.toThrow("permission denied");
    });
    await as("atelier_monitor", async (sql) => {
      await sql`select * from pg_stat_activity`;
      const [table] = await sql<
        { name: string }[]
      >`select format('%I.%I', schemaname, tablename) as name from pg_tables where tableowner = 'atelier' limit 1`;
      await expect(sql.unsafe(`select count(*) from ${table?.name}`)).rejects.toThrow(
        "permission denied",
      );
    });
  });

  test("nobody gets in without TLS, without a password, or as a role that others are members of", async () => {
    const attempt = (env: Record<string, string>) =>
      run([join(bin, "psql"), "--no-psqlrc", "--command=select 1"], {
        env: {
          PGHOST: "localhost",
          PGPORT: String(server.port),
          PGDATABASE: "atelier",
          PGUSER: "atelier_a",
          PGPASSWORD: passwords.ATELIER_A_PASSWORD ?? "",
          PGSSLMODE: "require",
          ...env,
        },
      });
    expect((await attempt({})).code).toBe(0);
    expect((await attempt({ PGSSLMODE: "disable" })).stderr).toContain("pg_hba.conf rejects");
    expect((await attempt({ PGPASSWORD: "wrong" })).stderr).toContain(
      "password authentication failed",
    );
    for (const PGUSER of ["atelier", "atelier_app"])
      expect((await attempt({ PGUSER })).code).not.toBe(0);
  });

  test("the settings are in force", async () => {
    const [row] = await as(
      "postgres",
      (sql) =>
        sql`select current_setting('max_connections') c, current_setting('wal_level') w, current_setting('data_checksums') d, (select coalesce(string_agg(name || ': ' || error, ', '), '') from pg_file_settings where error is not null and name not in ('listen_addresses', 'unix_socket_directories')) e`,
    );
    expect(row).toEqual({ c: "260", w: "replica", d: "on", e: "" });
  });
});

describe("base/valkey on a real server", () => {
  let folder: string;
  let child: Bun.Subprocess;
  let port: number;
  const passwords = [newPassword(), newPassword()];
  const client = (secret: string) =>
    new Bun.RedisClient(`redis://:${secret}@127.0.0.1:${port}`, {
      autoReconnect: false,
      connectionTimeout: 3000,
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "atelier-valkey-"));
    const probe = Bun.serve({ port: 0, fetch: () => new Response() });
    port = probe.port ?? 0;
    await probe.stop(true);
    await Bun.write(join(folder, "users.acl"), `${valkeyAccess(passwords)}\n`);
    const config = await Bun.file(join(root, "base/valkey/config/valkey.conf")).text();
    await Bun.write(
      join(folder, "valkey.conf"),
      config
        .replace("bind * -::*", "bind 127.0.0.1")
        .replace("port 6379", `port ${port}`)
        .replace("/etc/valkey/acl", folder)
        .replace("dir /tmp", `dir ${folder}`),
    );
    child = Bun.spawn([valkey, join(folder, "valkey.conf")], {
      stdout: "ignore",
      stderr: "ignore",
    });
    await eventually("Valkey", async () => {
      const redis = client(passwords[0] ?? "");
      const said = await redis.ping().catch(() => null);
      redis.close();
      return said;
    });
  });
  afterAll(async () => {
    child?.kill();
    await child?.exited;
    await rm(folder, { recursive: true, force: true });
  });

  test("either password works, with what the app needs and nothing dangerous", async () => {
    for (const secret of passwords) {
      const redis = client(secret);
      await redis.set("k", "1");
      expect(await redis.incr("k")).toBe(2);
      expect(await redis.publish("channel", "x")).toBe(0);
      for (const command of ["FLUSHALL", "CONFIG", "KEYS", "SHUTDOWN"])
        await expect(
          redis.send(
            command,
            command === "CONFIG" ? ["GET", "*"] : command === "KEYS" ? ["*"] : [],
          ),
        ).rejects.toThrow(/NOPERM/);
      redis.close();
    }
  });

  test("a stranger is refused", async () => {
    const wrong = client("wrong");
    await expect(wrong.get("k")).rejects.toThrow();
    const nobody = new Bun.RedisClient(`redis://127.0.0.1:${port}`, { autoReconnect: false });
    await expect(nobody.get("k")).rejects.toThrow(/NOAUTH/);
    await Bun.sleep(300);
    nobody.close();
  });
});

import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { grantAppPrivileges } from "../../src/platform/db/app-role.ts";
import {
  exits,
  type Manifest,
  openStore,
  readManifest,
  type Store,
  secretSetting,
} from "./backup-store.ts";
import { main, Refusal, readArguments } from "./command-line.ts";
import {
  compareFacts,
  connect,
  runTool,
  tableFacts,
  withoutPassword,
  writeMetrics,
} from "./database-copy.ts";

const help = `restore-database --latest | --key KEY [--drill] [--list] [--work-dir DIR]

Restores a backup of backup-database into the database that DATABASE_URL names, which is made when it is
not there and must be empty when it is; then compares every table's rows and checksum with those that
were recorded with the dump. All or nothing: one transaction. What is restored belongs to the database's
owner; the app's role gets its privileges again.

--latest     the newest backup       --key KEY   the one with this key (….dump)
--list       prints the backups there are, newest first, and ends
--drill      drops the target database first: only ever give it a scratch server

Environment as for backup-database. Exit codes: 0 restored and equal, 64 usage, 65 the target is not
empty, 66 there is no such backup, 69 database unreachable, 70 pg_restore failed, 73 disk full, 74 bucket
unreachable, 76 the dump, or what was restored, is not what was backed up.`;

await main(async () => {
  const args = readArguments(help, {
    latest: "switch",
    key: "text",
    drill: "switch",
    list: "switch",
    "work-dir": "text",
  });
  const store = await openStore();
  const backups = (await store.list()).filter((key) => key.endsWith(".json")).reverse();
  if (args.on("list"))
    return console.log(backups.map((key) => key.replace(/\.json$/, ".dump")).join("\n"));
  const wanted =
    args.text("key")?.replace(/\.dump$/, ".json") ?? (args.on("latest") ? backups[0] : undefined);
  if (wanted === undefined) {
    if (args.on("latest")) throw new Refusal("the bucket holds no backup", exits.noBackup);
    throw new Refusal(`say which backup\n\n${help}`, exits.usage);
  }
  if (!backups.includes(wanted)) throw new Refusal(`there is no backup ${wanted}`, exits.noBackup);
  const url = await secretSetting("DATABASE_URL");
  const started = Date.now();
  const manifest = await readManifest(store, wanted);
  const folder = await mkdtemp(join(args.text("work-dir") ?? tmpdir(), "atelier-restore-"));
  try {
    const file = await fetchDump(store, manifest, folder);
    const owner = await prepare(url, args.on("drill"));
    const { dbname, env } = withoutPassword(url);
    await runTool(
      [
        "pg_restore",
        "--no-password",
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        "--no-privileges",
        `--role=${owner}`,
        `--dbname=${dbname}`,
        file,
      ],
      env,
    );
    const sql = await connect(url);
    try {
      const differing = compareFacts(manifest.tables, await tableFacts(sql));
      if (differing.length > 0)
        throw new Refusal(
          `what was restored differs:\n${differing.map((d) => `  - ${d}\n`).join("")}`,
          exits.verificationFailed,
        );
      await sql`set role ${sql(owner)}`;
      await grantAppPrivileges(sql);
    } finally {
      await sql.end({ timeout: 5 });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const seconds = (Date.now() - started) / 1000;
  console.log(
    `restored ${Object.keys(manifest.tables).length} tables from ${manifest.key}, equal to the backup, in ${seconds.toFixed(1)} s`,
  );
  await writeMetrics({
    atelier_restore_drill_success_timestamp_seconds: Math.floor(Date.now() / 1000),
    atelier_restore_drill_duration_seconds: seconds,
  });
});

/** Downloads the dump and ends the script unless it matches the recorded checksum. */
async function fetchDump(store: Store, manifest: Manifest, folder: string): Promise<string> {
  const file = join(folder, "dump");
  const hasher = new Bun.CryptoHasher("sha256");
  const handle = await open(file, "w");
  let bytes = 0;
  try {
    await store.download(manifest.key, async (chunk) => {
      hasher.update(chunk);
      bytes += chunk.byteLength;
      await handle.writeFile(chunk).catch((error: unknown) => {
        throw new Refusal(`the disk is full: ${error}`, exits.diskFull);
      });
    });
  } finally {
    await handle.close();
  }
  if (bytes !== manifest.bytes)
    throw new Refusal(
      `${manifest.key} has ${bytes} bytes, not the ${manifest.bytes} recorded: it is truncated`,
      exits.verificationFailed,
    );
  if (hasher.digest("hex") !== manifest.sha256)
    throw new Refusal(
      `${manifest.key} is not what was backed up: its checksum differs`,
      exits.verificationFailed,
    );
  return file;
}

/**
 * Prepares the target database; for a drill it is recreated, else it must hold no table.
 * @returns the owner of the restored objects: the database's owner, if we may act as it.
 */
async function prepare(url: string, drill: boolean): Promise<string> {
  const server = new URL(url);
  const name = decodeURIComponent(server.pathname.slice(1));
  if (name === "" || name === "postgres")
    throw new Refusal("DATABASE_URL must name a database of its own", exits.usage);
  server.pathname = "/postgres";
  const sql = await connect(server.href, "the target server");
  try {
    if (drill) await sql`drop database if exists ${sql(name)} with (force)`;
    const there = await sql`select from pg_database where datname = ${name}`;
    if (there.length === 0) await sql`create database ${sql(name)}`;
  } finally {
    await sql.end({ timeout: 5 });
  }
  const target = await connect(url, "the target database");
  try {
    const tables = Object.keys(await tableFacts(target));
    if (tables.length > 0)
      throw new Refusal(
        `the target is not empty: it holds ${tables.slice(0, 3).join(", ")}`,
        exits.targetNotEmpty,
      );
    const [row] = await target<{ owner: string }[]>`
      select case when pg_has_role(datdba, 'MEMBER') then pg_get_userbyid(datdba) else current_user end as owner
      from pg_database where datname = current_database()`;
    return row?.owner ?? "";
  } finally {
    await target.end({ timeout: 5 });
  }
}

import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  exits,
  type Manifest,
  openStore,
  readBack,
  readManifest,
  type Store,
  secretSetting,
  setting,
} from "./backup-store.ts";
import { main, Refusal, readArguments } from "./command-line.ts";
import {
  connect,
  requireMatchingTools,
  runTool,
  tableFacts,
  withoutPassword,
  writeMetrics,
} from "./database-copy.ts";

const help = `backup-database [--work-dir DIR]

Dumps the database into an S3 bucket: a dump in PostgreSQL's custom format, listed, checksummed, uploaded
and read back; then its manifest with the rows and checksum of every table, in the snapshot that was
dumped; and only then retention, which never removes the newest ones. Needs pg_dump and pg_restore, at
least as new as the server. Room for one dump in --work-dir (default: the system's temporary folder).

DATABASE_URL (or DATABASE_URL_FILE)         what to dump; a role with pg_read_all_data is enough
BACKUP_BUCKET, BACKUP_ENDPOINT              where to; BACKUP_PREFIX defaults to atelier/
AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY    (or ..._FILE); AWS_REGION
BACKUP_KEEP_DAYS (30), BACKUP_KEEP_LAST (7) a backup is removed when it is older and not among the last
BACKUP_METRICS_FILE                         Prometheus text for a node exporter's textfile collector

Exit codes: 0 done, 64 usage, 69 database unreachable, 70 a PostgreSQL program failed, 73 disk full,
74 bucket unreachable, 75 the backup is good but retention failed, 76 what was read back is not what was
written, 79 another backup of this database is running.`;

const partial = "atelier-backup-";

await main(async () => {
  const args = readArguments(help, { "work-dir": "text" });
  const workDir = args.text("work-dir") ?? tmpdir();
  const url = await secretSetting("DATABASE_URL");
  const store = await openStore();
  const keepDays = Number(setting("BACKUP_KEEP_DAYS", "30"));
  const keepLast = Number(setting("BACKUP_KEEP_LAST", "7"));
  if (!(keepDays >= 1) || !(keepLast >= 1))
    throw new Refusal("at least one day and one backup are kept", exits.usage);

  const started = new Date();
  const sql = await connect(url);
  try {
    const serverVersion = await requireMatchingTools(sql);
    const [lock] = await sql<
      { ours: boolean }[]
    >`select pg_try_advisory_lock(hashtextextended('atelier backup', 0)) as ours`;
    if (lock?.ours !== true)
      throw new Refusal("another backup of this database is running", exits.alreadyRunning);
    await removeLeftovers(workDir);
    const folder = await mkdtemp(join(workDir, partial)).catch((error: unknown) => {
      throw new Refusal(`${workDir} cannot be written: ${error}`, exits.diskFull);
    });
    try {
      const file = join(folder, "dump");
      const tables = await dump(sql, url, file);
      const manifest = await upload(store, file, {
        startedAt: started.toISOString(),
        serverVersion,
        tables,
      });
      console.log(
        `backed up ${Object.keys(tables).length} tables, ${manifest.bytes} bytes, as ${manifest.key}`,
      );
      await retain(store, manifest.key, keepDays, keepLast, started);
      const now = Date.now() / 1000;
      await writeMetrics({
        atelier_backup_last_success_timestamp_seconds: Math.floor(now),
        atelier_backup_bytes: manifest.bytes,
        atelier_backup_duration_seconds: now - started.getTime() / 1000,
      });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
});

/** Removes leftovers of a killed run; the lock on the database proves that none is running. */
async function removeLeftovers(workDir: string): Promise<void> {
  for (const name of await readdir(workDir).catch(() => [])) {
    if (name.startsWith(partial)) await rm(join(workDir, name), { recursive: true, force: true });
  }
}

/** Dumps and counts in one exported snapshot, so that the counts match the dump; lists it afterwards. */
async function dump(
  sql: Awaited<ReturnType<typeof connect>>,
  url: string,
  file: string,
): Promise<Manifest["tables"]> {
  const { dbname, env } = withoutPassword(url);
  const tables = await sql.begin("isolation level repeatable read read only", async (tx) => {
    const [row] = await tx<{ snapshot: string }[]>`select pg_export_snapshot() as snapshot`;
    if (row === undefined) throw new Refusal("the database exports no snapshot", exits.toolFailed);
    await runTool(
      [
        "pg_dump",
        "--format=custom",
        "--no-password",
        `--snapshot=${row.snapshot}`,
        `--file=${file}`,
        `--dbname=${dbname}`,
      ],
      env,
    );
    return tableFacts(tx);
  });
  const listed = (await runTool(["pg_restore", "--list", file], {}))
    .split("\n")
    .filter((line) => / TABLE DATA /.test(line)).length;
  if (listed < Object.keys(tables).length || listed === 0) {
    throw new Refusal(
      `the dump lists ${listed} tables, the database has ${Object.keys(tables).length}`,
      exits.verificationFailed,
    );
  }
  return tables;
}

/** Uploads the dump, reads it back, and only then uploads the manifest that makes it a backup. */
async function upload(
  store: Store,
  file: string,
  facts: Pick<Manifest, "startedAt" | "serverVersion" | "tables">,
): Promise<Manifest> {
  const hasher = new Bun.CryptoHasher("sha256");
  for await (const chunk of Bun.file(file).stream()) hasher.update(chunk);
  const key = `${store.prefix}${facts.startedAt.replace(/[:.]/g, "-")}.dump`;
  const manifest: Manifest = {
    version: 1,
    key,
    bytes: (await stat(file)).size,
    sha256: hasher.digest("hex"),
    ...facts,
  };
  await store.upload(key, Bun.file(file));
  const stored = await readBack(store, key);
  if (stored.sha256 !== manifest.sha256 || stored.bytes !== manifest.bytes) {
    throw new Refusal(
      `${key} came back with ${stored.bytes} bytes and another checksum: it has no manifest and is not a backup`,
      exits.verificationFailed,
    );
  }
  const manifestKey = key.replace(/\.dump$/, ".json");
  await store.upload(manifestKey, JSON.stringify(manifest, null, 1));
  const again = await readManifest(store, manifestKey);
  if (again.sha256 !== manifest.sha256)
    throw new Refusal(`${manifestKey} came back changed`, exits.verificationFailed);
  return manifest;
}

/** Removes backups that are both old and not among the newest; never the one just made. */
async function retain(
  store: Store,
  made: string,
  keepDays: number,
  keepLast: number,
  now: Date,
): Promise<void> {
  try {
    const manifests = (await store.list()).filter((key) => key.endsWith(".json")).reverse();
    if (manifests[0] !== made.replace(/\.dump$/, ".json"))
      throw new Refusal("the newest backup in the bucket is not the one just made");
    for (const key of manifests.slice(Math.max(keepLast, 1))) {
      const { startedAt, key: dumpKey } = await readManifest(store, key);
      if (now.getTime() - Date.parse(startedAt) < keepDays * 86_400_000) continue;
      // The manifest first: the rest of an interrupted removal is then not taken for a backup.
      await store.remove(key);
      await store.remove(dumpKey);
      console.log(`removed ${dumpKey}`);
    }
  } catch (error) {
    throw new Refusal(
      `the backup is good, but retention failed: ${error instanceof Error ? error.message : error}`,
      exits.retentionFailed,
    );
  }
}

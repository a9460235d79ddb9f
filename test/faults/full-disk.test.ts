import { afterAll, beforeAll, expect, test } from "bun:test";
import { chownSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { uploadedFile } from "../../src/features/knowledge/schema.ts";
import { type EmbeddedServer, startEmbedded } from "../../src/platform/db/embedded.ts";
import { createTestApp, type Person, type TestApp } from "../support/app.ts";
import { read, readProblem } from "../support/read.ts";

const MEBIBYTE = 1_048_576;
const folder = mkdtempSync(join(tmpdir(), "atelier-full-"));
const [cluster, tables, files] = ["cluster", "tables", "files"].map((name) => join(folder, name));
let mounted: string[] = [];
let embedded: EmbeddedServer;
let app: TestApp;
let ada: Person;

/** A small file system that is soon full. @returns false where this user may not mount one. */
function mountSmall(path: string, mebibytes: number): boolean {
  Bun.spawnSync(["mkdir", "-p", path]);
  const size = `size=${mebibytes}m`;
  const done = Bun.spawnSync(["mount", "-t", "tmpfs", "-o", size, "tmpfs", path]).exitCode === 0;
  if (done) mounted.push(path);
  return done;
}

beforeAll(async () => {
  if (!cluster || !tables || !files) throw new Error("No folders");
  embedded = await startEmbedded(cluster);
  const filesAreSmall = mountSmall(files, 4);
  app = await createTestApp({
    databaseUrl: embedded.ownerUrl,
    env: { ATELIER_DATA_DIR: files, ATELIER_DISK_RESERVE_BYTES: "0" },
    ...(filesAreSmall ? {} : { deps: { blobs: fullBlobs() } }),
  });
  ada = await app.person("Ada");
  const { sql } = app.owner;
  if (mountSmall(tables, 8)) {
    const { uid, gid } = statSync(join(cluster, "postgres"));
    chownSync(tables, uid, gid);
    await sql.unsafe(`create tablespace small location '${tables}'`);
    await sql.unsafe("alter table projects set tablespace small");
    await sql.unsafe("create table ballast (bytes text) tablespace small");
    await sql.unsafe("alter table ballast alter column bytes set storage external");
  } else {
    await sql.unsafe(`create function refuse() returns trigger language plpgsql as
      $$ begin raise exception 'could not extend file' using errcode = '53100'; end $$`);
  }
}, 60_000);
afterAll(async () => {
  await app.close();
  await embedded.stop();
  for (const path of mounted) Bun.spawnSync(["umount", path]);
  mounted = [];
  rmSync(folder, { recursive: true, force: true });
});

/** A store that is full for everything over a mebibyte, where no small disk can be mounted. */
function fullBlobs(): TestApp["deps"]["blobs"] {
  const kept = new Map<string, Blob>();
  return {
    async put(key, content) {
      const bytes = await new Response(
        content instanceof Uint8Array ? new Blob([content.slice()]) : content,
      ).blob();
      if (bytes.size > MEBIBYTE) throw Object.assign(new Error("no space"), { code: "ENOSPC" });
      kept.set(key, bytes);
    },
    get: async (key) => kept.get(key) ?? null,
    has: async (key) => kept.has(key),
    freeBytes: async () => null,
    delete: async (key) => void kept.delete(key),
    async *list(prefix) {
      for (const key of kept.keys()) if (key.startsWith(`${prefix}/`)) yield key;
    },
  };
}

async function fillDatabase(): Promise<void> {
  const { sql } = app.owner;
  if (!tables || !mounted.includes(tables)) {
    await sql.unsafe(
      "create trigger full_disk before insert on projects execute function refuse()",
    );
    return;
  }
  for (const size of [100_000, 7_000, 500])
    for (let full = false; !full; )
      await sql`insert into ballast values (repeat('x', ${size}))`.catch(() => {
        full = true;
      });
}

async function makeRoom(): Promise<void> {
  const { sql } = app.owner;
  if (tables && mounted.includes(tables)) await sql`drop table ballast`;
  else await sql`drop trigger full_disk on projects`;
}

const metric = async (where: string) => {
  const text = await app.deps.metrics.registry.metrics();
  return Number(
    new RegExp(`^atelier_disk_full_total\\{where="${where}"\\} (\\d+)$`, "m").exec(text)?.[1],
  );
};
const big = { name: "Big", instructions: Array.from({ length: 6_000 }, (_, n) => n).join(" ") };

test("a full disk of the database is said to be one, is counted, and is over when there is room", async () => {
  const before = await metric("database");
  await fillDatabase();
  const refused = await ada.post("/projects", big);
  expect(await readProblem(refused)).toMatchObject({ status: 507, code: "storage_full" });
  expect(await metric("database")).toBeGreaterThan(before);
  expect((await ada.get("/projects")).status).toBe(200);
  await makeRoom();
  expect((await ada.post("/projects", big)).status).toBe(201);
}, 60_000);

test("a full disk of the files is said to be one, is counted, and leaves nothing behind", async () => {
  const path = `/projects/${ada.me.personalProjectId}/files`;
  const before = await metric("files");
  const text = "word ".repeat(MEBIBYTE);
  const refused = await ada.request("PUT", `${path}/big.txt`, new Blob([text]));
  expect(await readProblem(refused)).toMatchObject({ status: 507, code: "disk_reserve_reached" });
  expect(await metric("files")).toBeGreaterThan(before);
  const form = new FormData();
  form.append("files", new File([text], "big.txt"));
  const results = await ada.request("POST", path, form);
  expect([results.status, (await results.text()).includes("disk_reserve_reached")]).toEqual([
    200,
    true,
  ]);
  const stored = await ada.request("PUT", `${path}/next.txt`, new Blob(["next"]));
  expect(await read(stored, uploadedFile)).toMatchObject({ outcome: "created" });
  const left = await Array.fromAsync(app.deps.blobs.list("files"));
  expect(left).toHaveLength(1);
  if (files && mounted.includes(files)) expect(readdirSync(files)).toContain("blobs");
}, 60_000);

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { TestClock } from "../../../test/support/clock.ts";
import { read, readId } from "../../../test/support/read.ts";
import { contextOf, projectScope } from "../../../test/support/scopes.ts";
import type { Config } from "../../config.ts";
import type { Blobs } from "../../platform/blobs/blobs.ts";
import { diskBlobs } from "../../platform/blobs/disk.ts";
import { Problem } from "../../platform/http/problem.ts";
import { purge } from "../../work.ts";
import { storeFile } from "./ingest/store-file.ts";
import { projectStorage, uploadedFile, uploadResults } from "./schema.ts";

const DAY = 86_400_000;
const MiB = 1024 * 1024;
const folder = join(tmpdir(), `atelier-quota-${Bun.randomUUIDv7()}`);
const disk = diskBlobs(folder);
let free: number | null = null;
const blobs: Blobs = { ...disk, freeBytes: async () => free ?? disk.freeBytes() };
let app: TestApp;
let clock: TestClock;
let ada: Person;
beforeAll(async () => {
  clock = new TestClock();
  app = await createTestApp({ deps: { clock, blobs } });
  ada = await app.person("Ada");
}, 30_000);
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

const newProject = async (by: Person = ada) => readId(await by.post("/projects", { name: "P" }));
const put = (projectId: string, name: string, content: string, by: Person = ada) =>
  by.request("PUT", `/projects/${projectId}/files/${name}`, new Blob([content]));
const storage = async (projectId: string, by: Person = ada) =>
  read(await by.get(`/projects/${projectId}/storage`), projectStorage);
const blobsIn = async (projectId: string) =>
  (await Array.fromAsync(blobs.list(`files/${projectId}`))).length;

type Limits = Partial<Config>;

/** Stores as Ada, under these limits. @returns the outcome, or the refusal's status, code and numbers. */
async function store(
  projectId: string,
  name: string,
  body: string | ReadableStream<Uint8Array>,
  limits: Limits,
  bytes: Blobs = blobs,
): Promise<unknown> {
  const deps = { ...app.deps, blobs: bytes, config: { ...app.deps.config, ...limits } };
  const ctx = { ...contextOf(app, ada), deps };
  const scope = await projectScope(app, ada, projectId, "editor");
  const stream = typeof body === "string" ? new Blob([body]).stream() : body;
  try {
    return (await storeFile(ctx, scope, name, stream)).outcome;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { status, code } = error;
    return { status, code, ...error.options?.extra };
  }
}

/** The real contents of the tables, in the shape of `storage_usage`. */
async function counted() {
  const { sql } = app.deps.database;
  return sql`
    select 'workspace' as scope, sum(v.size_bytes)::int as bytes, count(distinct f.id)::int as files,
      count(v.id)::int as versions from files f left join file_versions v on v.file_id = f.id
    union all select f.project_id::text, sum(v.size_bytes)::int, count(distinct f.id)::int, count(v.id)::int
      from files f left join file_versions v on v.file_id = f.id group by f.project_id
    union all select u.id::text,
      (select coalesce(sum(size_bytes), 0) from file_versions where created_by = u.id)::int,
      (select count(*) from files where created_by = u.id)::int,
      (select count(*) from file_versions where created_by = u.id)::int
      from users u where exists (select 1 from file_versions where created_by = u.id)
    order by 1`;
}
async function kept() {
  const { sql } = app.deps.database;
  return sql`
    select case scope when 'workspace' then scope else scope_id::text end as scope, bytes::int, files, versions
    from storage_usage where versions > 0 or files > 0 or bytes <> 0 order by 1`;
}

describe("an upload over a quota is refused, with the remaining amount", () => {
  const used = async (scope: "project" | "user" | "workspace", projectId: string) => {
    if (scope !== "workspace") return (await storage(projectId))[scope];
    const [row] = await app.deps.database.sql<{ bytes: string; files: number; versions: number }[]>`
      select bytes, files, versions from storage_usage where scope = 'workspace'`;
    const { bytes = 0, files = 0, versions = 0 } = row ?? {};
    return {
      bytes: { used: Number(bytes) },
      files: { used: files },
      versions: { used: versions },
    };
  };

  test.each([
    ["project", "quotaProjectBytes", 413],
    ["user", "quotaUserBytes", 413],
    ["workspace", "quotaWorkspaceBytes", 507],
  ] as const)("bytes of a %s (%s): %d", async (scope, setting, status) => {
    const projectId = await newProject();
    const before = (await used(scope, projectId)).bytes.used;
    const limits = { [setting]: before + 10 };
    expect(await store(projectId, "a.txt", "123456", limits)).toBe("created");
    const refused = { limit: before + 10, used: before + 6, left: 4 };
    expect(await store(projectId, "b.txt", "12345", limits)).toEqual({
      ...{ status, code: `${scope}_bytes_quota_exceeded` },
      ...refused,
    });
    expect(await store(projectId, "b.txt", "1234", limits)).toBe("created");
    expect(await store(projectId, "a.txt", "x", limits)).toMatchObject({ status, left: 0 });
    expect(await store(projectId, "a.txt", "123456", limits)).toBe("unchanged");
    expect(await store(projectId, "a.txt", "654321", { [setting]: null })).toBe("updated");
    expect(await blobsIn(projectId)).toBe(3);
    expect(await store(await newProject(), "a.txt", "x", { [setting]: 0 })).toMatchObject({
      ...{ status, code: `${scope}_bytes_quota_exceeded`, limit: 0, left: 0 },
    });
  });

  test.each([
    ["project", "quotaProjectFiles", 413],
    ["user", "quotaUserFiles", 413],
    ["workspace", "quotaWorkspaceFiles", 507],
  ] as const)(
    "files of a %s (%s): %d; a new version is no new file",
    async (scope, setting, status) => {
      const projectId = await newProject();
      const before = (await used(scope, projectId)).files.used;
      const limits = { [setting]: before + 1 };
      expect(await store(projectId, "a.txt", "1", limits)).toBe("created");
      expect(await store(projectId, "b.txt", "1", limits)).toEqual({
        ...{ status, code: `${scope}_files_quota_exceeded` },
        ...{ limit: before + 1, used: before + 1, left: 0 },
      });
      expect(await store(projectId, "a.txt", "2", limits)).toBe("updated");
      expect(await blobsIn(projectId)).toBe(2);
    },
  );

  test.each([
    ["project", "quotaProjectVersions", 413],
    ["user", "quotaUserVersions", 413],
    ["workspace", "quotaWorkspaceVersions", 507],
  ] as const)("versions of a %s (%s): %d", async (scope, setting, status) => {
    const projectId = await newProject();
    const before = (await used(scope, projectId)).versions.used;
    const limits = { [setting]: before + 2 };
    expect(await store(projectId, "a.txt", "1", limits)).toBe("created");
    expect(await store(projectId, "a.txt", "2", limits)).toBe("updated");
    expect(await store(projectId, "a.txt", "3", limits)).toEqual({
      ...{ status, code: `${scope}_versions_quota_exceeded` },
      ...{ limit: before + 2, used: before + 2, left: 0 },
    });
    expect(await blobsIn(projectId)).toBe(2);
  });

  test("concurrent uploads cannot exceed a limit together", async () => {
    const projectId = await newProject();
    const limits = { quotaProjectBytes: 45 };
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => store(projectId, `${n}.txt`, `ten bytes${n}`, limits)),
    );
    expect(answers.filter((answer) => answer === "created")).toHaveLength(4);
    expect((await storage(projectId)).project.bytes.used).toBe(40);
    expect(await blobsIn(projectId)).toBe(4);
  });

  test("an upload that cannot fit is not read completely", async () => {
    const projectId = await newProject();
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(1024).fill(97));
        if (pulled === 10_000) controller.close();
      },
    });
    const answer = await store(projectId, "a.txt", body, { quotaProjectBytes: 2048 });
    expect(answer).toMatchObject({ code: "project_bytes_quota_exceeded", used: 0, left: 2048 });
    expect(pulled).toBeLessThan(1_000);
  });

  test("over the API the answer names the limit; the other files of a form are not affected", async () => {
    const small = await createTestApp({ env: { ATELIER_QUOTA_PROJECT_BYTES: "10" } });
    try {
      const cleo = await small.person("Cleo");
      const projectId = await newProject(cleo);
      const refused = await put(projectId, "a.txt", "12345678901", cleo);
      expect(refused.status).toBe(413);
      expect(await refused.json()).toMatchObject({
        code: "project_bytes_quota_exceeded",
        detail:
          "This project may store 10 bytes of files; 10 are left. Deleted files count until they are purged.",
        ...{ limit: 10, used: 0, left: 10 },
      });
      const form = new FormData();
      form.append("files", new Blob(["12345678901"]), "big.txt");
      form.append("files", new Blob(["1234567890"]), "fits.txt");
      const { items } = await read(
        await cleo.request("POST", `/projects/${projectId}/files`, form),
        uploadResults,
      );
      expect(items.map(({ file, problem }) => file?.outcome ?? problem?.code)).toEqual([
        "project_bytes_quota_exceeded",
        "created",
      ]);
    } finally {
      await small.close();
    }
  }, 30_000);
});

describe("the disk reserve", () => {
  const untouched = () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled++;
          controller.enqueue(new Uint8Array(MiB).fill(97));
          if (pulled === 18) controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    return { body, pulled: () => pulled };
  };
  const full = { status: 507, code: "disk_reserve_reached" };

  test("nothing is accepted when less than the reserve is left", async () => {
    const projectId = await newProject();
    const { body, pulled } = untouched();
    free = 999;
    expect(await store(projectId, "a.txt", body, { diskReserveBytes: 1_000 })).toEqual(full);
    expect(pulled()).toBe(0);
    free = 1_000;
    expect(await store(projectId, "a.txt", "enough", { diskReserveBytes: 1_000 })).toBe("created");
    free = null;
  });

  test("an upload is aborted when the disk fills up meanwhile, and nothing of it stays", async () => {
    const projectId = await newProject();
    let looks = 0;
    const filling: Blobs = { ...disk, freeBytes: async () => (looks++ < 2 ? 1_000 : 999) };
    const { body, pulled } = untouched();
    const limits = { diskReserveBytes: 1_000 };
    expect(await store(projectId, "a.txt", body, limits, filling)).toEqual(full);
    expect(pulled()).toBe(16);
    expect(await blobsIn(projectId)).toBe(0);
  });

  test.each(["ENOSPC", "EDQUOT"])(
    "a full disk (%s) is reported as such, not as an internal error",
    async (code) => {
      const projectId = await newProject();
      const fails: Blobs = {
        ...disk,
        put: () => Promise.reject(Object.assign(new Error("write failed"), { code })),
      };
      const refusals = async () => {
        const { values } = await app.deps.metrics.diskFull.get();
        return values.find(({ labels }) => labels.where === "files")?.value ?? 0;
      };
      const before = await refusals();
      expect(await store(projectId, "a.txt", "text", {}, fails)).toEqual(full);
      expect(await refusals()).toBe(before + 1);
    },
  );
});

test("the API shows limits as configured", async () => {
  expect(await storage(await newProject())).toMatchObject({
    project: {
      bytes: { used: 0, limit: 5_000_000_000 },
      files: { used: 0, limit: 10_000 },
      versions: { used: 0, limit: 50_000 },
    },
    user: {
      bytes: { limit: 10_000_000_000 },
      files: { limit: 20_000 },
      versions: { limit: 100_000 },
    },
    deleted: { bytes: 0, files: 0 },
    purgedAfterDays: 30,
    versionsKept: 20,
  });
});

test("usage is tracked through uploads, versions, deletion, purges and whole projects, for each scope", async () => {
  const bob = await app.person("Bob");
  const [first, second] = [await newProject(), await newProject(bob)];
  await put(first, "a.txt", "12345");
  await put(first, "a.txt", "123456");
  await put(first, "b.txt", "1234567");
  await put(second, "a.txt", "12345678", bob);
  await ada.post(`/projects/${first}/members`, { email: bob.me.email, role: "editor" });
  await put(first, "a.txt", "123456789", bob);
  expect([...(await kept())]).toEqual([...(await counted())]);
  expect((await storage(first)).project).toMatchObject({
    bytes: { used: 27 },
    files: { used: 2 },
    versions: { used: 4 },
  });
  expect((await storage(first, bob)).user).toMatchObject({
    bytes: { used: 17 },
    files: { used: 1 },
    versions: { used: 2 },
  });
  const gone = await read(await put(first, "a.txt", "123456789", bob), uploadedFile);
  await ada.delete(`/projects/${first}/files/${gone.id}`);
  const deleted = await storage(first);
  expect(deleted.deleted).toEqual({ bytes: 20, files: 1 });
  expect(deleted.project.bytes.used).toBe(27);
  await bob.delete(`/projects/${second}`);
  // Past the restore window; the sessions have expired by then too.
  clock.advance(31 * DAY);
  await purge(app.deps);
  expect([...(await kept())]).toEqual([...(await counted())]);
  const [left] = await app.deps.database.sql`
    select bytes::int, files, versions from storage_usage where scope_id = ${first}`;
  expect(left).toEqual({ bytes: 7, files: 1, versions: 1 });
  const [none] = await app.deps.database.sql`
    select bytes::int, files, versions from storage_usage where scope_id = ${second}`;
  expect(none).toEqual({ bytes: 0, files: 0, versions: 0 });
}, 30_000);

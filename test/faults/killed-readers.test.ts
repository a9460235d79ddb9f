import { afterAll, beforeAll, expect, test } from "bun:test";
import { readVersion } from "../../src/features/knowledge/ingest/read-version.ts";
import { file, uploadedFile } from "../../src/features/knowledge/schema.ts";
import { jobContext } from "../../src/platform/context.ts";
import { createTestApp, type Person } from "../support/app.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { proxyTo } from "../support/database-proxy.ts";
import { until } from "../support/generation.ts";
import { read } from "../support/read.ts";
import {
  endServers,
  newFolder,
  type ServerProcess,
  startServer,
  withDepsOf,
} from "./server-process.ts";

/** Enough words that reading takes a while. */
const LONG = Array.from({ length: 100_000 }, (_, n) => `word${n % 9_999}`).join(" ");
let database: TestDatabase;
let killed: ServerProcess;
let other: ServerProcess;
let ada: Person;

beforeAll(async () => {
  database = await createTestDatabase();
  const options = { databaseUrl: database.url, dataDir: newFolder() };
  killed = await startServer(options);
  other = await startServer({ ...options, env: { ATELIER_ROLE: "api" } });
  ada = await killed.person("Ada");
}, 60_000);
afterAll(async () => {
  await endServers();
  await database.drop();
});

const put = (person: Person, name: string, content: string) =>
  person.request(
    "PUT",
    `/projects/${person.me.personalProjectId}/files/${name}`,
    new Blob([content]),
  );
const statusOf = async (person: Person, fileId: string) => {
  const found = await person.get(`/projects/${person.me.personalProjectId}/files/${fileId}`);
  return (await read(found, file)).newest.status;
};

test("a file that was being read when its process was killed is read by another one as soon as the lease ends", async () => {
  const { id, newest } = await read(await put(ada, "long.txt", LONG), uploadedFile);
  await withDepsOf(other, ({ database: { sql } }) =>
    until(async () => {
      const [row] = await sql`select status from file_versions where id = ${newest.id}`;
      expect(row?.status).not.toBe("ready");
      return row?.status === "reading";
    }, 20_000),
  );
  killed.signal("SIGKILL");
  await killed.exited;
  const killedAt = performance.now();
  const worker = await startServer({
    databaseUrl: database.url,
    dataDir: killed.dataDir,
    env: { ATELIER_ROLE: "worker" },
  });
  await until(async () => (await statusOf(other.as(ada), id)) === "ready", 60_000);
  // The lease of 20 s, the next check, and the reading itself; the queue alone takes five minutes.
  expect(performance.now() - killedAt).toBeLessThan(60_000);
  expect(worker.output()).toContain("reader gone; document queued again");
}, 120_000);

test("a database that goes away again and again while a file is read is not the file's fault", async () => {
  const other = await createTestDatabase();
  const proxy = await proxyTo(other.url);
  const app = await createTestApp({ databaseUrl: proxy.url });
  try {
    const bob = await app.person("Bob");
    const { id, newest } = await read(await put(bob, "plan.md", "The rent is low."), uploadedFile);
    const ctx = jobContext(app.deps, "test");
    for (let times = 0; times < 5; times++) {
      let cut = 0;
      proxy.onSend = (_, { statements }) => {
        if (cut === 0 && !statements.some((one) => one.startsWith('insert into "text_chunks"')))
          return "pass";
        // Down long enough for several retries.
        return cut++ < 5 ? "cut" : "pass";
      };
      const reading = readVersion(ctx, newest.id, new AbortController().signal);
      expect(await reading.then(() => "read").catch(() => "cut")).toBe("cut");
      expect(await statusOf(bob, id)).toBe("queued");
    }
    proxy.onSend = undefined;
    await readVersion(ctx, newest.id, new AbortController().signal);
    expect(await statusOf(bob, id)).toBe("ready");
  } finally {
    await app.close();
    await proxy.close();
    await other.drop();
  }
}, 60_000);

import { afterAll, beforeAll, expect, test } from "bun:test";
import { z } from "zod";
import { type DatabaseClient, openDatabase } from "../../src/platform/db/client.ts";
import { problemDocument } from "../../src/platform/http/problem.ts";
import { openAiServer } from "../providers/openai-server.ts";
import type { Person } from "../support/app.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { connectServer, newThread } from "../support/generation.ts";
import { randomFrom } from "../support/random.ts";
import { plainLines } from "./log-lines.ts";
import { endServers, type ServerProcess, startServer, withDepsOf } from "./server-process.ts";

const SEEDS = 10;
const ROUND_MS = 4_000;
/** Longer than the limits of a statement, the queue and a lost COMMIT together. */
const HUNG_MS = 25_000;
const provider = openAiServer();
let database: TestDatabase;
let admin: DatabaseClient;
let server: ServerProcess;
let ada: Person;
let modelId: string;

/** Sessions per person are limited; this many people never reach the limit. */
const VISITORS = 20;

beforeAll(async () => {
  provider.start();
  provider.scenario = { text: "An answer." };
  database = await createTestDatabase();
  admin = openDatabase({ url: database.url, poolMax: 1, work: "maintenance" });
  server = await startServer({
    databaseUrl: database.url,
    env: { ATELIER_DATABASE_POOL_MAX: "4" },
  });
  ada = await server.person("Ada");
  for (let n = 0; n < VISITORS; n++) await server.person(`Visitor${n}`);
  modelId = await withDepsOf(server, (deps) => connectServer({ deps }, provider, "openai"));
}, 60_000);
afterAll(async () => {
  await endServers();
  await admin.close();
  await database.drop();
  provider.stop();
});

/** The stored rows of each kind of change, and the audit rows of that kind. */
async function stored() {
  const [row] = await admin.sql`
    select
      (select count(*)::int from sessions) as "signIns",
      (select count(*)::int from projects) as projects,
      (select count(*)::int from file_versions) as uploads,
      (select count(*)::int from generations) as questions,
      (select count(*)::int from audit_log where action = 'user.signed_in') as "signInsAudited",
      (select count(*)::int from audit_log where action = 'project.created') as "projectsAudited",
      (select count(*)::int from audit_log where action = 'file.uploaded') as "uploadsAudited",
      (select count(*)::int from audit_log where action = 'message.sent') as "questionsAudited"`;
  return z.record(z.string(), z.number()).parse(row);
}

const KINDS = ["signIns", "projects", "uploads", "questions"] as const;
type Kind = (typeof KINDS)[number];

interface Round {
  done: Record<Kind, number>;
  /** Refused with an unknown outcome. */
  unknown: Record<Kind, number>;
  hung: number;
  others: string[];
  ended: number;
}

/** Everyone works while backends are terminated at random, those idle in a transaction first. */
async function storm(random: () => number, threadId: string): Promise<Round> {
  const none = () => ({ signIns: 0, projects: 0, uploads: 0, questions: 0 });
  const round: Round = { done: none(), unknown: none(), hung: 0, others: [], ended: 0 };
  const end = performance.now() + ROUND_MS;
  let count = 0;
  const json = (body: unknown) => ({
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", cookie: ada.cookie },
  });
  const work: Record<Kind, () => [string, string, RequestInit]> = {
    signIns: () => [
      "POST",
      "/auth/sign-in",
      json({
        email: `visitor${count++ % VISITORS}@example.com`,
        password: "a long enough password",
      }),
    ],
    projects: () => ["POST", "/projects", json({ name: `Project ${count++}` })],
    uploads: () => [
      "PUT",
      `/projects/${ada.me.personalProjectId}/files/${Bun.randomUUIDv7()}.md`,
      { body: `Words ${count++}.`, headers: { cookie: ada.cookie } },
    ],
    questions: () => [
      "POST",
      `/threads/${threadId}/messages`,
      json({ text: `Question ${count++}`, parentId: null, modelId }),
    ],
  };
  const loop = async (kind: Kind) => {
    while (performance.now() < end) {
      const [method, path, init] = work[kind]();
      const signal = AbortSignal.timeout(HUNG_MS);
      const answer = await fetch(`${server.origin}/api/v1${path}`, { method, ...init, signal })
        .then(async (response) => ({ status: response.status, text: await response.text() }))
        .catch(() => undefined);
      if (answer === undefined) round.hung++;
      else if (answer.status < 300) round.done[kind]++;
      else {
        const { code } = problemDocument.parse(JSON.parse(answer.text));
        if (code === "outcome_unknown") round.unknown[kind]++;
        else if (code !== "database_unavailable") round.others.push(`${kind}: ${code}`);
      }
    }
  };
  const killer = async () => {
    while (performance.now() < end) {
      await Bun.sleep(40 + random() * 120);
      const rows = await admin.sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name like 'atelier%'
          and application_name <> 'atelier maintenance'
        order by state = 'idle in transaction' desc, md5(pid::text || ${String(random())}) limit 1`;
      round.ended += rows.length;
    }
  };
  const loops: Kind[] = ["signIns", "signIns", ...Array<Kind>(4).fill("projects")];
  loops.push("uploads", "uploads", "questions", "questions");
  await Promise.all([killer(), ...loops.map(loop)]);
  return round;
}

test(`nothing of a lost transaction outlives it: ${SEEDS} seeds of sign-ins, projects, uploads and questions`, async () => {
  const first = Math.floor(Math.random() * 2 ** 31);
  for (let seed = first; seed < first + SEEDS; seed++) {
    const threadId = await newThread(ada);
    const before = await stored();
    const round = await storm(randomFrom(seed), threadId);
    const after = await stored();
    const grown = (name: string) => (after[name] ?? 0) - (before[name] ?? 0);
    const stands = Object.fromEntries(KINDS.map((kind) => [kind, grown(kind)]));
    process.stdout.write(`seed ${seed}: ${JSON.stringify({ ...round, stands })}\n`);
    expect([round.hung, round.others]).toEqual([0, []]);
    expect(round.ended).toBeGreaterThan(5);
    for (const kind of KINDS) {
      expect([kind, grown(`${kind}Audited`)]).toEqual([kind, grown(kind)]);
      expect(grown(kind)).toBeGreaterThanOrEqual(round.done[kind]);
      expect(grown(kind)).toBeLessThanOrEqual(round.done[kind] + round.unknown[kind]);
    }
  }
  // Every answer ends; then nothing is held, and each was charged once.
  const running = async () =>
    (await admin.sql`select 1 from generations where status = 'running' limit 1`).length > 0;
  while (await running()) await Bun.sleep(100);
  const [money] = await admin.sql`
    select (select count(*)::int from holds) as holds,
      (select count(*)::int from ledger) - (select count(distinct generation_id)::int from ledger) as twice`;
  expect(money).toMatchObject({ holds: 0, twice: 0 });
  expect(server.output()).not.toMatch(/uncaught exception|unhandled rejection/);
  expect(plainLines(server.output())).toEqual([]);
  expect(await server.metric("atelier_db_idle_transactions_total")).toBe(0);
}, 150_000);

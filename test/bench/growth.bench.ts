/**
 * The same requests in a small workspace and in one with many times its rows, in turn, beside a primary-key
 * SELECT through the driver alone:
 *   scripts/bun test/bench/growth.bench.ts [--factor 100] [--rounds 60] [--ledger 10000000]
 *
 * Each workspace has a server process and a PostgreSQL of its own. `--ledger` adds so many rows to the ledger of
 * the large one. Factor 100 takes some minutes and 5 GB of disk.
 */
import { parseArgs } from "node:util";
import { z } from "zod";
import { type DatabaseClient, openDatabase } from "../../src/platform/db/client.ts";
import { openAiServer } from "../providers/openai-server.ts";
import { RARE_ACTION, SMALL, seedGrowth, times } from "../support/growth.ts";
import { type BenchServer, median, offerModel, percentile, startBenchServer } from "./processes.ts";

const { values } = parseArgs({
  options: {
    factor: { type: "string", default: "100" },
    rounds: { type: "string", default: "60" },
    ledger: { type: "string", default: "0" },
  },
});
const FACTOR = Number(values.factor);
const ROUNDS = Number(values.rounds);
const LEDGER = Number(values.ledger);

interface Workspace {
  server: BenchServer;
  database: DatabaseClient;
  threadId: string;
  modelId: string;
}

/** A request to be timed, and what has to be waited for before the next one. */
type Request = (workspace: Workspace) => Promise<(() => Promise<void>) | undefined>;

const provider = openAiServer().start();
provider.scenario = () => ({ text: "Yes." });
const workspaces: Workspace[] = [];
try {
  const small = await open(1, 0);
  const large = await open(FACTOR, LEDGER);
  const longAgo = new Date(Date.now() - 200 * 86_400_000).toISOString();
  const get = (path: (workspace: Workspace) => string) => async (workspace: Workspace) => {
    const response = await workspace.server.request("GET", path(workspace));
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
    await response.arrayBuffer();
    return undefined;
  };
  const project = ({ server }: Workspace) => `/projects/${server.projectId}`;
  const requests: Record<string, Request> = {
    "a row by its key, through the driver": async ({ database, server }) => {
      await database.sql`select * from projects where id = ${server.projectId}`;
      return undefined;
    },
    "GET /me": get(() => "/me"),
    "threads of a large project": get((at) => `${project(at)}/threads`),
    "recent threads": get(() => "/threads"),
    projects: get(() => "/projects"),
    "files of a large project": get((at) => `${project(at)}/files`),
    "usage of a large project": get((at) => `${project(at)}/usage`),
    "my usage": get(() => "/me/usage"),
    "audit log": get(() => "/admin/audit"),
    "audit log of a project": get((at) => `/admin/audit?projectId=${at.server.projectId}`),
    "audit log of a rare action": get(() => `/admin/audit?action=${RARE_ACTION}`),
    "audit log of an old period": get(() => `/admin/audit?until=${longAgo}`),
    "a thread": get((at) => `/threads/${at.threadId}`),
    "asking in a project with a twentieth of the files": ask,
  };
  const found = Object.fromEntries(
    Object.keys(requests).map((name): [string, { small: number[]; large: number[] }] => [
      name,
      { small: [], large: [] },
    ]),
  );
  for (let round = -5; round < ROUNDS; round++) {
    for (const [name, request] of Object.entries(requests)) {
      const ms = { small: await timed(request, small), large: await timed(request, large) };
      if (round < 0) continue;
      found[name]?.small.push(ms.small);
      found[name]?.large.push(ms.large);
    }
  }
  console.log(`p50 (p95) in ms, ${ROUNDS} rounds: small, ${FACTOR} times as large, ratio`);
  for (const [name, ms] of Object.entries(found)) {
    const shown = (times: number[]) =>
      `${median(times).toFixed(1)} (${percentile(times, 0.95).toFixed(1)})`;
    const ratio = (median(ms.large) / median(ms.small)).toFixed(2);
    console.log(
      `${name.padEnd(50)} ${shown(ms.small).padStart(14)} ${shown(ms.large).padStart(14)} ${ratio.padStart(6)}`,
    );
  }
  for (const [name, { database }] of Object.entries({ small, large })) {
    const [row] = await database.sql`
      select max(pg_column_size(manifest)) as stored, max(length(manifest::text)) as json from generations`;
    console.log(`largest manifest, ${name}: ${row?.json} bytes, ${row?.stored} stored`);
  }
} finally {
  provider.stop();
  for (const { database, server } of workspaces) {
    await database.close();
    await server.stop();
  }
}

async function open(factor: number, ledger: number): Promise<Workspace> {
  const server = await startBenchServer({ ATELIER_PROVIDER_PRIVATE_HOSTS: "true" });
  const database = openDatabase({ url: server.databaseUrl, poolMax: 1, work: "maintenance" });
  const me = z.object({ id: z.string() }).parse(await (await server.request("GET", "/me")).json());
  const growth = times(SMALL, factor);
  await seedGrowth(
    database.sql,
    { ...growth, ledger: growth.ledger + ledger },
    { userId: me.id, projectId: server.projectId },
  );
  const thread = await server.request("POST", `/projects/${server.projectId}/threads`, {});
  const workspace = {
    server,
    database,
    threadId: z.object({ id: z.string() }).parse(await thread.json()).id,
    modelId: await offerModel(server, provider.origin),
  };
  workspaces.push(workspace);
  return workspace;
}

async function timed(request: Request, workspace: Workspace): Promise<number> {
  const at = performance.now();
  const finish = await request(workspace);
  const ms = performance.now() - at;
  await finish?.();
  return ms;
}

/** A first question in the same thread, until it is accepted. @returns work to be done before the next request. */
async function ask({ server, threadId, modelId }: Workspace): Promise<() => Promise<void>> {
  const sent = await server.request("POST", `/threads/${threadId}/messages`, {
    text: "How high is the rent?",
    modelId,
  });
  const { generationId } = z.object({ generationId: z.string() }).parse(await sent.json());
  return async () => {
    await (await server.request("GET", `/generations/${generationId}/events`)).text();
  };
}

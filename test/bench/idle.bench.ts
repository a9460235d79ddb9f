/**
 * What a server costs that nobody uses: CPU of the process and of its PostgreSQL, transactions per second, memory.
 *   scripts/bun test/bench/idle.bench.ts [--seconds 60]
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { openDatabase } from "../../src/platform/db/client.ts";
import { cpuMs, memoryOf, startBenchServer } from "./processes.ts";

const { values } = parseArgs({ options: { seconds: { type: "string", default: "60" } } });
const SECONDS = Number(values.seconds);
/** By then what happens once after the start is over. */
const SETTLED_MS = 15_000;

const server = await startBenchServer();
const database = openDatabase({ url: server.databaseUrl, poolMax: 1 });
try {
  await Bun.sleep(SETTLED_MS);
  const before = { ...cpuOf(server.pid), transactions: await transactions() };
  await Bun.sleep(SECONDS * 1000);
  const after = { ...cpuOf(server.pid), transactions: await transactions() };
  const each = (name: keyof typeof after) => ((after[name] - before[name]) / SECONDS).toFixed(1);
  console.log(`server ${each("own")} ms/s, PostgreSQL ${each("below")} ms/s`);
  console.log(`${each("transactions")} transactions/s`);
  const memory = memoryOf(server.pid);
  console.log(
    `server ${(memory.rss / 1e6).toFixed(0)} MB resident, ${(memory.pss / 1e6).toFixed(0)} MB proportional`,
  );
} finally {
  await database.close();
  await server.stop();
}

/** CPU time of a process, and of everything it started, in milliseconds. */
function cpuOf(pid: number): { own: number; below: number } {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  const below = children === "" ? [] : children.split(" ").map((child) => cpuOf(Number(child)));
  return {
    own: cpuMs(pid),
    below: below.reduce((sum, child) => sum + child.own + child.below, 0),
  };
}

async function transactions(): Promise<number> {
  const [row] = await database.sql`
    select xact_commit + xact_rollback as count from pg_stat_database where datname = current_database()`;
  return Number(row?.count);
}

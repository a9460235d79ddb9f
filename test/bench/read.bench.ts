/**
 * Requests per second of one authenticated JSON read through the database (`GET /projects/{id}`),
 * against a bare `Bun.serve` that runs one equal SELECT through postgres.js:
 *   scripts/bun test/bench/read.bench.ts [--seconds 4] [--rounds 3]
 *
 * Each in its own process, on the same PostgreSQL, asked in turn by wrk. Read the ratio.
 */

import { parseArgs } from "node:util";
import postgres from "postgres";
import { cpuMs, median, startBenchServer } from "./processes.ts";

const { values } = parseArgs({
  options: {
    role: { type: "string", default: "bench" },
    database: { type: "string", default: "" },
    project: { type: "string", default: "" },
    seconds: { type: "string", default: "4" },
    rounds: { type: "string", default: "3" },
  },
});

if (values.role === "raw") raw();
else await bench();

/** The control: no authentication, no framework, the same row. */
function raw(): void {
  const url = new URL(values.database);
  const sql = postgres({
    host: url.searchParams.get("host") ?? "",
    port: 5432,
    user: url.username,
    database: url.pathname.slice(1),
    max: 10,
  });
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async () => {
      const [row] = await sql`
        select p.*, m.role from project_members m join projects p on p.id = m.project_id
        where p.id = ${values.project} limit 1`;
      return Response.json(row);
    },
  });
  process.stdout.write(`${server.url.href}\n`);
}

async function bench(): Promise<void> {
  if (!Bun.which("wrk")) throw new Error("This benchmark needs wrk (Debian: apt-get install wrk).");
  const server = await startBenchServer();
  const control = Bun.spawn(
    [
      process.execPath,
      import.meta.path,
      "--role",
      "raw",
      "--database",
      server.databaseUrl,
      "--project",
      server.projectId,
    ],
    { stdout: "pipe" },
  );
  try {
    const first = await control.stdout.getReader().read();
    const rawUrl = new TextDecoder().decode(first.value).trim();
    const ours = `${server.url}/api/v1/projects/${server.projectId}`;
    await wrk(ours, server.cookie, 2);
    await wrk(rawUrl, "", 2);
    const rounds: { ours: number; raw: number; cpu: number; rawCpu: number }[] = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      const before = [cpuMs(server.pid), cpuMs(control.pid)];
      const oursRate = await wrk(ours, server.cookie, Number(values.seconds));
      const rawRate = await wrk(rawUrl, "", Number(values.seconds));
      rounds.push({
        ours: oursRate,
        raw: rawRate,
        cpu: (cpuMs(server.pid) - (before[0] ?? 0)) / (oursRate * Number(values.seconds)),
        rawCpu: (cpuMs(control.pid) - (before[1] ?? 0)) / (rawRate * Number(values.seconds)),
      });
    }
    for (const { ours: o, raw: r } of rounds)
      console.log(`atelier ${o.toFixed(0)}/s   raw ${r.toFixed(0)}/s   ${(o / r).toFixed(2)}`);
    console.log(
      `ratio of requests per second, median: ${median(rounds.map((round) => round.ours / round.raw)).toFixed(2)} (goal: at least 0.50)`,
    );
    console.log(
      `CPU per request, median: ${median(rounds.map((round) => round.cpu / round.rawCpu)).toFixed(2)} of raw`,
    );
  } finally {
    control.kill();
    await server.stop();
  }
}

async function wrk(url: string, cookie: string, seconds: number): Promise<number> {
  const child = Bun.spawn(["wrk", "-t1", "-c32", `-d${seconds}s`, "-H", `Cookie: ${cookie}`, url], {
    stdout: "pipe",
  });
  const report = await new Response(child.stdout).text();
  if (report.includes("Non-2xx")) throw new Error(`Not every answer was good:\n${report}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(report)?.[1] ?? Number.NaN);
}

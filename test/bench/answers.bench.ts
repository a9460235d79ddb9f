/**
 * What answers cost, end to end: provider → parse → numbered log in PostgreSQL → event stream, against
 * a process that passes the provider's bytes through:
 *   scripts/bun test/bench/answers.bench.ts [--streams 100] [--pace 20] [--seconds 10] [--rounds 3]
 *
 * Four processes over loopback: a provider that sends each stream one chunk every `pace` ms, Atelier
 * with its PostgreSQL, the pass-through, and readers (this one). CPU is the relaying process's own, user
 * and system, in a window in which every stream runs; PostgreSQL's is printed apart. Every reader checks
 * that it got every character. Read the ratios, the milliseconds belong to the machine.
 */

import { parseArgs } from "node:util";
import { z } from "zod";
import { openAiServer } from "../providers/openai-server.ts";
import { parseEvents } from "../support/generation.ts";
import {
  type BenchServer,
  cpuMs,
  median,
  memoryOf,
  percentile,
  startBenchServer,
} from "./processes.ts";

const { values } = parseArgs({
  options: {
    role: { type: "string", default: "bench" },
    upstream: { type: "string", default: "" },
    streams: { type: "string", default: "100" },
    pace: { type: "string", default: "20" },
    seconds: { type: "string", default: "10" },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "" },
  },
});
const streams = Number(values.streams);
const pace = Number(values.pace);
const seconds = Number(values.seconds);
const CHUNK = "word ";
const START_EVERY_MS = 10;
const PROBES = 15;
const PROBE_EVERY_MS = 80;
const TEXT = CHUNK.repeat((seconds * 1000) / pace);

const empty = {
  cpuPerThousand: Number.NaN,
  databaseCpuPerThousand: Number.NaN,
  firstTokenMs: [],
  rss: 0,
};

if (values.role === "upstream") upstream();
else if (values.role === "pass") pass(values.upstream);
else await bench();

function upstream(): void {
  const server = openAiServer().start();
  server.scenario = { text: TEXT, deltaChars: CHUNK.length, chunkMs: pace };
  process.stdout.write(`${server.origin}\n`);
}

function pass(origin: string): void {
  const body = JSON.stringify({
    model: "bench",
    stream: true,
    max_tokens: 100_000,
    messages: [],
  });
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 60,
    fetch: async (request) => {
      const answer = await fetch(`${origin}/v1/chat/completions`, {
        method: "POST",
        body,
        headers: { "content-type": "application/json", authorization: "Bearer key" },
        signal: request.signal,
      });
      return new Response(answer.body, { headers: { "content-type": "text/event-stream" } });
    },
  });
  process.stdout.write(`${server.url.origin}\n`);
}

interface Measured {
  cpuPerThousand: number;
  databaseCpuPerThousand: number;
  firstTokenMs: number[];
  rss: number;
}

async function bench(): Promise<void> {
  const provider = await child("upstream");
  const relay = await child("pass", ["--upstream", provider.url]);
  const server = await startBenchServer({ ATELIER_PROVIDER_PRIVATE_HOSTS: "true" });
  try {
    const modelId = await offerModel(server, provider.url);
    const rounds: { ours: Measured; control: Measured }[] = [];
    for (let round = 0; round < Number(values.rounds); round++) {
      const control =
        values.only === "atelier"
          ? empty
          : await measure(relay.pid, null, (began) => readPass(relay.url, began));
      const ours = await measure(server.pid, postgresPid(server), (began) =>
        readAnswer(server, modelId, began),
      );
      rounds.push({ ours, control });
      console.log(
        `round ${round + 1}: pass ${control.cpuPerThousand.toFixed(1)}, atelier ${ours.cpuPerThousand.toFixed(1)} ms CPU per 1,000 chunks ` +
          `(+ ${ours.databaseCpuPerThousand.toFixed(1)} in PostgreSQL); first token p50 ${percentile(ours.firstTokenMs, 0.5).toFixed(1)} ms, ` +
          `p99 ${percentile(ours.firstTokenMs, 0.99).toFixed(1)} ms; RSS ${(ours.rss / 1e6).toFixed(0)} MB`,
      );
    }
    console.log(`${streams} streams, a chunk every ${pace} ms, every character delivered`);
    console.log(
      `CPU per chunk, median: ${median(rounds.map(({ ours, control }) => ours.cpuPerThousand / control.cpuPerThousand)).toFixed(2)} of the pass-through`,
    );
    console.log(
      `from asking to the first token on the reader's side, p50: ${median(rounds.map(({ ours }) => percentile(ours.firstTokenMs, 0.5))).toFixed(1)} ms`,
    );
  } finally {
    provider.stop();
    relay.stop();
    await server.stop();
  }
}

/** Runs all streams, started one after the other, and measures the window in which all of them run. */
async function measure(
  pid: number,
  databasePid: number | null,
  readOne: (began: (ms: number) => void) => Promise<void>,
): Promise<Measured> {
  const firstTokenMs: number[] = [];
  const readers: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < streams; index++) {
    readers.push(readOne((ms) => firstTokenMs.push(ms)));
    await Bun.sleep(Math.max(0, START_EVERY_MS * (index + 1) - (performance.now() - startedAt)));
  }
  while (firstTokenMs.length < streams) await Bun.sleep(5);
  // The time to the first token is asked beside the running streams, one question at a time.
  firstTokenMs.length = 0;
  for (let probe = 0; probe < PROBES; probe++) {
    readers.push(readOne((ms) => firstTokenMs.push(ms)));
    await Bun.sleep(PROBE_EVERY_MS);
  }
  while (firstTokenMs.length < PROBES) await Bun.sleep(5);
  await Bun.sleep(300);
  const windowMs = startedAt + seconds * 1000 - performance.now() - 300;
  if (windowMs < 500)
    throw new Error(
      "The streams are too short for a window in which all of them run; raise --seconds",
    );
  const before = { cpu: cpuMs(pid), database: databaseCpu(databasePid) };
  await Bun.sleep(windowMs);
  const thousands = ((streams + PROBES) * windowMs) / pace / 1000;
  const measured = {
    cpuPerThousand: (cpuMs(pid) - before.cpu) / thousands,
    databaseCpuPerThousand: (databaseCpu(databasePid) - before.database) / thousands,
    firstTokenMs,
    rss: memoryOf(pid).rss,
  };
  await Promise.all(readers);
  return measured;
}

async function readPass(url: string, began: (ms: number) => void): Promise<void> {
  const response = await fetch(url);
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    if (bytes === 0) began(0);
    bytes += chunk.length;
  }
  if (bytes < TEXT.length) throw new Error("The pass-through lost bytes");
}

async function readAnswer(
  server: BenchServer,
  modelId: string,
  began: (ms: number) => void,
): Promise<void> {
  const created = z
    .object({ id: z.string() })
    .parse(
      await (await server.request("POST", `/projects/${server.projectId}/threads`, {})).json(),
    );
  const startedAt = performance.now();
  const asked = await server.request("POST", `/threads/${created.id}/messages`, {
    text: "Go on.",
    modelId,
  });
  const { generationId } = z.object({ generationId: z.string() }).parse(await asked.json());
  const response = await server.request("GET", `/generations/${generationId}/events`);
  let text = 0;
  for await (const { event } of parseEvents(response.body ?? new ReadableStream())) {
    if (event.type !== "delta") continue;
    if (text === 0) began(performance.now() - startedAt);
    text += event.text.length;
  }
  if (text !== TEXT.length) throw new Error(`A reader got ${text} of ${TEXT.length} characters`);
}

async function offerModel(server: BenchServer, origin: string): Promise<string> {
  const provider = z.object({ id: z.string() }).parse(
    await (
      await server.request("POST", "/admin/providers", {
        kind: "openai",
        name: "bench",
        baseUrl: `${origin}/v1`,
        apiKey: "bench-key-000000",
      })
    ).json(),
  );
  const answer = await server.request("POST", "/admin/models", {
    providerId: provider.id,
    name: "bench",
    displayName: "Bench",
    contextWindow: 128_000,
    maxOutputTokens: 100_000,
    prices: { input: 3_000_000, cacheRead: 300_000, cacheWrite: 3_750_000, output: 15_000_000 },
  });
  return z.object({ id: z.string() }).parse(await answer.json()).id;
}

async function child(
  role: string,
  more: string[] = [],
): Promise<{ url: string; pid: number; stop: () => void }> {
  const spawned = Bun.spawn(
    [
      process.execPath,
      import.meta.path,
      "--role",
      role,
      "--streams",
      values.streams,
      "--pace",
      values.pace,
      "--seconds",
      values.seconds,
      ...more,
    ],
    {
      stdout: "pipe",
      env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: "65000" },
    },
  );
  const first = await spawned.stdout.getReader().read();
  return {
    url: new TextDecoder().decode(first.value).trim(),
    pid: spawned.pid,
    stop: () => spawned.kill(),
  };
}

/** PostgreSQL's processes are children of its postmaster. */
function databaseCpu(postmaster: number | null): number {
  if (postmaster === null) return 0;
  const listed = Bun.spawnSync(["ps", "-o", "pid=", "--ppid", String(postmaster)])
    .stdout.toString()
    .split("\n");
  return listed
    .map((line) => Number(line))
    .filter((pid) => pid > 0)
    .reduce((sum, pid) => sum + safeCpu(pid), 0);
}

function safeCpu(pid: number): number {
  try {
    return cpuMs(pid);
  } catch {
    return 0;
  }
}

function postgresPid(server: BenchServer): number | null {
  const folder = new URL(server.databaseUrl).searchParams.get("host") ?? "";
  const found = Bun.spawnSync([
    "sh",
    "-c",
    `head -1 ${folder}/.s.PGSQL.5432.lock`,
  ]).stdout.toString();
  return Number(found) || null;
}

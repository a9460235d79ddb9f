/**
 * What answers cost, end to end: provider → parse → numbered log in PostgreSQL → event stream, against
 * a process that passes the provider's bytes through:
 *   scripts/bun test/bench/answers.bench.ts [--streams 100] [--pace 20] [--seconds 10] [--rounds 3]
 *
 * Four processes over loopback: a provider that sends each stream one chunk every `pace` ms, Atelier
 * with its PostgreSQL, the pass-through, and readers (this one). CPU is the relaying process's own, user
 * and system, in a window in which every stream runs; PostgreSQL's is printed apart. Every reader checks
 * that it got every chunk, and notes how old it is. Beside the running streams, single questions measure what Atelier adds to
 * the first token: from asking until the provider has the request, and from the provider's first byte
 * until the reader has the first event. Read the ratios, the milliseconds belong to the machine.
 */

import { parseArgs } from "node:util";
import { z } from "zod";
import { parseEvents } from "../support/generation.ts";
import {
  type BenchServer,
  cpuMs,
  median,
  memoryOf,
  offerModel,
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
/** Streams are spread over the pace. */
const SLOTS = 5;
/** A chunk is the time in milliseconds and a space. */
const CHUNK = /(\d{13}) /g;
const CHUNK_LENGTH = 14;
const START_EVERY_MS = 10;
const PROBES = 25;
const PROBE = "How long until the first token?";
/** The provider's time to its first byte when probed: readers are connected by then, as with a real one. */
const THINKING_MS = 60;
const LENGTH = Math.floor((seconds * 1000) / pace) * CHUNK_LENGTH;

const empty = {
  cpuPerThousand: Number.NaN,
  databaseCpuPerThousand: Number.NaN,
  added: [],
  delays: [],
  rss: 0,
};

if (values.role === "upstream") upstream();
else if (values.role === "pass") pass(values.upstream);
else await bench();

/**
 * As cheap as it can be, so that it does not flatter the ratio: a few timers write the same bytes to all streams
 * of a slot. Each chunk is the time at which it was written.
 */
function upstream(): void {
  const chunks = Math.floor((seconds * 1000) / pace);
  const encoder = new TextEncoder();
  const event = (choice: object, more: object = {}) =>
    `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", model: "bench", choices: [{ index: 0, ...choice }], ...more })}\n\n`;
  const delta = (content: string) => event({ delta: { content }, finish_reason: null });
  const usage = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };
  const end = `${event({ delta: {}, finish_reason: "stop" }, { usage })}data: [DONE]\n\n`;
  type Controller = ReadableStreamDefaultController<Uint8Array>;
  const slots = Array.from({ length: SLOTS }, () => new Map<Controller, number>());
  for (const [slot, running] of slots.entries()) {
    setTimeout(
      () => {
        setInterval(() => {
          const bytes = encoder.encode(delta(`${Math.round(wallMs())} `));
          for (const [stream, left] of running) {
            stream.enqueue(
              left > 1 ? bytes : encoder.encode(delta(`${Math.round(wallMs())} `) + end),
            );
            if (left > 1) running.set(stream, left - 1);
            else {
              running.delete(stream);
              stream.close();
            }
          }
        }, pace);
      },
      (pace * slot) / SLOTS,
    );
  }
  let next = 0;
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 60,
    fetch: async (request) => {
      const receivedAt = wallMs();
      const probed = (await request.text()).includes(PROBE);
      const running = slots[next++ % SLOTS];
      const body = new ReadableStream<Uint8Array>({
        start: async (controller) => {
          if (!probed) running?.set(controller, chunks);
          else {
            await Bun.sleep(THINKING_MS);
            controller.enqueue(encoder.encode(delta(`${receivedAt} ${wallMs()}`) + end));
            controller.close();
          }
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    },
  });
  process.stdout.write(`${server.url.origin}\n`);
}

/** Milliseconds of the wall clock with fractions: comparable between processes of one machine. */
function wallMs(): number {
  return performance.timeOrigin + performance.now();
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
  added: Added[];
  /** From a chunk's writing by the provider until the reader has it, in milliseconds. */
  delays: number[];
  rss: number;
}

/** Latency that Atelier adds to the first token, in milliseconds. */
interface Added {
  /** From asking until the provider has the request. */
  before: number;
  /** From the provider's first byte until the reader has the first event. */
  after: number;
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
          : await measure(relay.pid, null, (delays) => readPass(relay.url, delays), null);
      const ours = await measure(
        server.pid,
        postgresPid(server),
        (delays) => readAnswer(server, modelId, delays),
        () => probe(server, modelId),
      );
      rounds.push({ ours, control });
      console.log(
        `round ${round + 1}: pass ${control.cpuPerThousand.toFixed(1)}, atelier ${ours.cpuPerThousand.toFixed(1)} ms CPU per 1,000 chunks ` +
          `(+ ${ours.databaseCpuPerThousand.toFixed(1)} in PostgreSQL); RSS ${(ours.rss / 1e6).toFixed(0)} MB`,
      );
    }
    console.log(`${streams} streams, a chunk every ${pace} ms, every character delivered`);
    console.log(
      `CPU per chunk, median: ${median(rounds.map(({ ours, control }) => ours.cpuPerThousand / control.cpuPerThousand)).toFixed(2)} of the pass-through`,
    );
    const added = rounds.flatMap(({ ours }) => ours.added);
    const say = (what: string, of: (one: Added) => number) => {
      const ms = added.map(of);
      console.log(
        `${what}: p50 ${percentile(ms, 0.5).toFixed(1)}, p95 ${percentile(ms, 0.95).toFixed(1)} ms`,
      );
    };
    const delay = (what: string, ms: number[]) =>
      console.log(
        `delay of a chunk, ${what}: p50 ${percentile(ms, 0.5).toFixed(1)}, p99 ${percentile(ms, 0.99).toFixed(1)} ms`,
      );
    delay(
      "atelier",
      rounds.flatMap(({ ours }) => ours.delays),
    );
    delay(
      "pass-through",
      rounds.flatMap(({ control }) => control.delays),
    );
    say("added to the first token", ({ before, after }) => before + after);
    say("  from asking until the provider has the request", ({ before }) => before);
    say("  from the provider's first byte until the reader has it", ({ after }) => after);
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
  readOne: (delays: number[]) => Promise<void>,
  probeOne: (() => Promise<Added>) | null,
): Promise<Measured> {
  const readers: Promise<void>[] = [];
  const added: Added[] = [];
  const delays: number[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < streams; index++) {
    readers.push(readOne(delays));
    await Bun.sleep(Math.max(0, START_EVERY_MS * (index + 1) - (performance.now() - startedAt)));
  }
  await Bun.sleep(500);
  if (probeOne) for (let n = 0; n < PROBES; n++) added.push(await probeOne());
  await Bun.sleep(300);
  const windowMs = startedAt + seconds * 1000 - performance.now() - 300;
  if (windowMs < 500)
    throw new Error(
      "The streams are too short for a window in which all of them run; raise --seconds",
    );
  const before = { cpu: cpuMs(pid), database: databaseCpu(databasePid) };
  await Bun.sleep(windowMs);
  const thousands = (streams * windowMs) / pace / 1000;
  const measured = {
    cpuPerThousand: (cpuMs(pid) - before.cpu) / thousands,
    databaseCpuPerThousand: (databaseCpu(databasePid) - before.database) / thousands,
    added,
    delays,
    rss: memoryOf(pid).rss,
  };
  await Promise.all(readers);
  return measured;
}

/** Notes how old each chunk is when its reader gets it; a chunk may come in two pieces. */
function chunkReader(delays: number[]) {
  let half = "";
  let chunks = 0;
  return {
    read(text: string): void {
      const now = wallMs();
      const whole = half + text;
      let end = 0;
      for (const match of whole.matchAll(CHUNK)) {
        delays.push(now - Number(match[1]));
        end = match.index + CHUNK_LENGTH;
        chunks++;
      }
      half = whole.slice(end).slice(-CHUNK_LENGTH);
    },
    expectAll(): void {
      if (chunks * CHUNK_LENGTH !== LENGTH)
        throw new Error(`A reader got ${chunks} of ${LENGTH / CHUNK_LENGTH} chunks`);
    },
  };
}

async function readPass(url: string, delays: number[]): Promise<void> {
  const response = await fetch(url);
  const reader = chunkReader(delays);
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? [])
    reader.read(decoder.decode(chunk, { stream: true }));
  reader.expectAll();
}

async function readAnswer(server: BenchServer, modelId: string, delays: number[]): Promise<void> {
  const threadId = await newThread(server);
  const reader = chunkReader(delays);
  for await (const text of answerTo(server, threadId, "Go on.", modelId)) reader.read(text);
  reader.expectAll();
}

async function probe(server: BenchServer, modelId: string): Promise<Added> {
  const threadId = await newThread(server);
  const askedAt = wallMs();
  for await (const text of answerTo(server, threadId, PROBE, modelId)) {
    const readAt = wallMs();
    const [receivedAt = Number.NaN, sentAt = Number.NaN] = text.split(" ").map(Number);
    return { before: receivedAt - askedAt, after: readAt - sentAt };
  }
  throw new Error("A probe got no answer");
}

async function newThread(server: BenchServer): Promise<string> {
  const created = await server.request("POST", `/projects/${server.projectId}/threads`, {});
  return z.object({ id: z.string() }).parse(await created.json()).id;
}

/** Asks, and reads the answer's pieces as they arrive. */
async function* answerTo(
  server: BenchServer,
  threadId: string,
  text: string,
  modelId: string,
): AsyncGenerator<string> {
  const asked = await server.request("POST", `/threads/${threadId}/messages`, { text, modelId });
  const { generationId } = z.object({ generationId: z.string() }).parse(await asked.json());
  const response = await server.request("GET", `/generations/${generationId}/events`);
  for await (const { event } of parseEvents(response.body ?? new ReadableStream())) {
    if (event.type === "delta") yield event.text;
  }
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

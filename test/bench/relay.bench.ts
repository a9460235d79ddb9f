/**
 * What reading a provider's stream costs, against passing its bytes through:
 *   scripts/bun test/bench/relay.bench.ts [--streams 100] [--seconds 2] [--rounds 3] [--kind openai]
 *
 * Three processes over loopback: a provider that sends each stream one chunk every 20 ms, a relay, and
 * readers (this one). The relay reports its own CPU time, user and system. Each row is the median of
 * its rounds, taken in turn within one run: read the ratios, the milliseconds belong to the machine.
 *
 *   pass   `new Response(upstream.body)`: no byte is looked at
 *   parse  the provider's adapter reads everything, the reader gets only the end: receive → parse
 *   relay  the same, and each batch goes out as one event: receive → parse → SSE
 */

import { parseArgs } from "node:util";
import { createAdapter } from "../../src/providers/index.ts";
import { anthropicServer } from "../providers/anthropic-server.ts";
import { openAiServer } from "../providers/openai-server.ts";

const { values } = parseArgs({
  options: {
    role: { type: "string", default: "bench" },
    kind: { type: "string", default: "openai" },
    upstream: { type: "string", default: "" },
    streams: { type: "string", default: "100" },
    seconds: { type: "string", default: "2" },
    rounds: { type: "string", default: "3" },
  },
});
const kind = values.kind === "anthropic" ? "anthropic" : "openai";
const PACE_MS = 20;
const MODES = ["pass", "parse", "relay"] as const;
const QUESTION = {
  model: "bench-model",
  system: [],
  messages: [{ role: "user" as const, parts: [{ type: "text" as const, text: "Go on." }] }],
  sources: [],
  maxOutputTokens: 100_000,
};

if (values.role === "upstream") upstream();
else if (values.role === "relay") relay(values.upstream);
else await bench();

function upstream() {
  const server = (kind === "anthropic" ? anthropicServer() : openAiServer()).start();
  // Five characters a chunk, as models send.
  const text = "word ".repeat((Number(values.seconds) * 1000) / PACE_MS);
  server.scenario = { text, deltaChars: 5, chunkMs: PACE_MS };
  process.stdout.write(`${server.origin}\n`);
}

function relay(origin: string) {
  const baseUrl = kind === "anthropic" ? origin : `${origin}/v1`;
  const adapter = createAdapter({ kind, apiKey: "key", baseUrl });
  const path = kind === "anthropic" ? "/messages" : "/chat/completions";
  const body = JSON.stringify({ model: "bench-model", max_tokens: 100_000, messages: [] });
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 60,
    async fetch(request) {
      const mode = new URL(request.url).pathname.slice(1);
      if (mode === "cpu") {
        const { user, system } = process.cpuUsage();
        return Response.json({
          cpuMs: (user + system) / 1000,
          rssMb: process.memoryUsage.rss() / 1e6,
        });
      }
      const { signal } = request;
      if (mode === "pass") {
        const address = `${origin}/v1${path}`;
        return new Response((await fetch(address, { method: "POST", body, signal })).body);
      }
      const answer = adapter.stream(QUESTION, { signal, idleTimeoutMs: 30_000 });
      if (mode === "parse") {
        let length = 0;
        for await (const events of answer) {
          for (const event of events) if (event.type === "text") length += event.text.length;
        }
        return new Response(String(length));
      }
      return new Response(emit(answer), { headers: { "content-type": "text/event-stream" } });
    },
  });
  process.stdout.write(`${server.url.origin}\n`);
}

async function* emit(answer: ReturnType<ReturnType<typeof createAdapter>["stream"]>) {
  let id = 0;
  for await (const events of answer) {
    let text = "";
    for (const event of events) if (event.type === "text") text += event.text;
    if (text) yield `id: ${++id}\nevent: delta\ndata: ${JSON.stringify({ text })}\n\n`;
  }
}

async function bench() {
  const streams = Number(values.streams);
  const rounds = Number(values.rounds);
  const chunks = (streams * Number(values.seconds) * 1000) / PACE_MS;
  const provider = await spawn("upstream", []);
  const middle = await spawn("relay", ["--upstream", provider.url]);
  try {
    const costs = new Map<string, number[]>(MODES.map((mode) => [mode, []]));
    for (const mode of MODES) await run(middle.url, mode, 10);
    for (let round = 0; round < rounds; round++) {
      for (const mode of MODES) {
        const before = await cpu(middle.url);
        await run(middle.url, mode, streams);
        const cost = ((await cpu(middle.url)).cpuMs - before.cpuMs) / (chunks / 1000);
        costs.get(mode)?.push(cost);
      }
    }
    const base = median(costs.get("pass") ?? []);
    console.log(`${kind}, ${streams} streams, ${chunks} chunks a round, ${rounds} rounds`);
    for (const [mode, list] of costs) {
      const ms = median(list);
      const all = list.map((cost) => cost.toFixed(1)).join(" ");
      console.log(
        `${mode.padEnd(6)} ${ms.toFixed(1).padStart(6)} ms CPU per 1,000 chunks  ${(ms / base).toFixed(2)}× pass  (${all})`,
      );
    }
    console.log(`relay RSS ${(await cpu(middle.url)).rssMb.toFixed(0)} MB`);
  } finally {
    provider.process.kill();
    middle.process.kill();
  }
}

async function spawn(role: string, args: string[]) {
  const child = Bun.spawn(
    [
      process.execPath,
      import.meta.path,
      "--role",
      role,
      "--kind",
      kind,
      "--seconds",
      values.seconds,
      ...args,
    ],
    {
      stdout: "pipe",
      stderr: "inherit",
      // By default fetch opens 256 connections and queues the rest.
      env: { ...process.env, BUN_CONFIG_MAX_HTTP_REQUESTS: "65000" },
    },
  );
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return { process: child, url: new TextDecoder().decode(value).trim() };
}

/** Opens the streams over half a pace, so that their chunks do not all come at the same moment. */
async function run(url: string, mode: string, streams: number) {
  await Promise.all(
    Array.from({ length: streams }, async (_, n) => {
      await Bun.sleep((n % PACE_MS) + 1);
      const text = await (await fetch(`${url}/${mode}`)).text();
      if (text.length === 0) throw new Error(`A stream of ${mode} brought nothing.`);
    }),
  );
}

async function cpu(url: string): Promise<{ cpuMs: number; rssMb: number }> {
  const { cpuMs, rssMb } = Object(await (await fetch(`${url}/cpu`)).json());
  return { cpuMs: Number(cpuMs), rssMb: Number(rssMb) };
}

function median(list: number[]): number {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

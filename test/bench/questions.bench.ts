/**
 * What a question costs, from asking to the stored end of a short answer:
 *   scripts/bun test/bench/questions.bench.ts [--seconds 10] [--rounds 3] [--askers 16]
 *
 * A fresh process gets its first hundred questions at 20 a second; then, warm, as many as `askers` can ask one after
 * the other; then 20 a second again. CPU is the process's own, user and system; the time of a question ends with its
 * 202, by which it is stored. Beside it, as the machine's measure, the same number of requests for /me.
 */
import { parseArgs } from "node:util";
import { z } from "zod";
import {
  type BenchServer,
  cpuMs,
  median,
  offerModel,
  percentile,
  startBenchServer,
} from "./processes.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "10" },
    rounds: { type: "string", default: "3" },
    askers: { type: "string", default: "16" },
  },
});
const SECONDS = Number(values.seconds);
const ASKERS = Number(values.askers);
const PACE_MS = 50;
const FIRST = 100;

const ANSWER = [
  { choices: [{ index: 0, delta: { content: "Yes." }, finish_reason: null }] },
  {
    choices: [{ index: 0, delta: {}, finish_reason: "stop" }],
    usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
  },
]
  .map((event) => `data: ${JSON.stringify(event)}\n\n`)
  .join("");

const provider = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: () =>
    new Response(`${ANSWER}data: [DONE]\n\n`, { headers: { "content-type": "text/event-stream" } }),
});
const rounds: Record<"cold" | "warm" | "steady" | "reads", Cost>[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const server = await startBenchServer({ ATELIER_PROVIDER_PRIVATE_HOSTS: "true" });
  try {
    const modelId = await offerModel(server, provider.url.origin);
    const ask = () => askOne(server, modelId);
    const cold = await cost(server, () => paced(FIRST, ask));
    await saturated(ask);
    const warm = await cost(server, () => saturated(ask));
    const reads = await cost(server, () => saturated(() => readOne(server)));
    const steady = await cost(server, () => paced(FIRST, ask));
    rounds.push({ cold, warm, steady, reads });
    console.log(
      `round ${round + 1}: ${warm.perSecond.toFixed(0)} questions/s, ${warm.cpu.toFixed(1)} ms CPU each; ` +
        `at 20/s cold ${cold.cpu.toFixed(1)} and warm ${steady.cpu.toFixed(1)} ms; /me ${reads.perSecond.toFixed(0)}/s, ${reads.cpu.toFixed(2)} ms`,
    );
  } finally {
    await server.stop();
  }
}
provider.stop(true);
const say = (what: string, of: (round: (typeof rounds)[number]) => number) => {
  const all = rounds.map(of);
  console.log(
    `${what}: ${median(all).toFixed(1)} (${Math.min(...all).toFixed(1)}–${Math.max(...all).toFixed(1)})`,
  );
};
say("questions per second, warm", ({ warm }) => warm.perSecond);
say("CPU of a question, warm, in requests for /me", ({ warm, reads }) => warm.cpu / reads.cpu);
say(
  "CPU of a question at 20/s, first hundred against warm",
  ({ cold, steady }) => cold.cpu / steady.cpu,
);
say("time of a question at 20/s, p50 ms, first hundred", ({ cold }) => percentile(cold.times, 0.5));
say("time of a question at 20/s, p50 ms, warm", ({ steady }) => percentile(steady.times, 0.5));

interface Cost {
  /** Milliseconds each. */
  cpu: number;
  perSecond: number;
  times: number[];
}

async function cost(server: BenchServer, run: () => Promise<number[]>): Promise<Cost> {
  const before = cpuMs(server.pid);
  const startedAt = performance.now();
  const times = await run();
  const seconds = (performance.now() - startedAt) / 1000;
  // The ends of the last answers.
  await Bun.sleep(300);
  return {
    cpu: (cpuMs(server.pid) - before) / times.length,
    perSecond: times.length / seconds,
    times,
  };
}

async function paced(count: number, one: () => Promise<number>): Promise<number[]> {
  const startedAt = performance.now();
  const running: Promise<number>[] = [];
  for (let n = 0; n < count; n++) {
    running.push(one());
    await Bun.sleep(Math.max(0, PACE_MS * (n + 1) - (performance.now() - startedAt)));
  }
  return Promise.all(running);
}

async function saturated(one: () => Promise<number>): Promise<number[]> {
  const until = performance.now() + SECONDS * 1000;
  const times: number[] = [];
  const work = async () => {
    while (performance.now() < until) times.push(await one());
  };
  await Promise.all(Array.from({ length: ASKERS }, work));
  return times;
}

/** Each question in a thread of its own, made by it. @returns milliseconds. */
async function askOne(server: BenchServer, modelId: string): Promise<number> {
  const created = await server.request("POST", `/projects/${server.projectId}/threads`, {});
  const { id } = z.object({ id: z.string() }).parse(await created.json());
  const startedAt = performance.now();
  const asked = await server.request("POST", `/threads/${id}/messages`, {
    text: "Is it?",
    modelId,
  });
  if (asked.status !== 202)
    throw new Error(`A question got ${asked.status}: ${await asked.text()}`);
  await asked.json();
  return performance.now() - startedAt;
}

async function readOne(server: BenchServer): Promise<number> {
  const startedAt = performance.now();
  await (await server.request("GET", "/me")).json();
  return performance.now() - startedAt;
}

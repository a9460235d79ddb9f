import { afterAll, beforeAll, expect, test } from "bun:test";
import { inArray } from "drizzle-orm";
import { ledger } from "../../src/features/metering/tables.ts";
import { anthropicServer } from "../providers/anthropic-server.ts";
import { billOf } from "../providers/bill.ts";
import { googleServer } from "../providers/google-server.ts";
import { openAiServer } from "../providers/openai-server.ts";
import type { Scenario } from "../providers/scenario.ts";
import { createTestApp, type Person, type TestApp } from "../support/app.ts";
import { ask, connectServer, readEvents, TEST_PRICES, until } from "../support/generation.ts";
import { randomFrom } from "../support/random.ts";

/**
 * Random calls, broken at random: the ledger is never below the provider's bill by more than docs/security.md
 * says, and not far above it where nothing was lost.
 */
const CALLS = 96;
const AT_ONCE = 12;
const MAX_OUTPUT = 600;

const servers = {
  openai: openAiServer(),
  anthropic: anthropicServer(),
  google: googleServer(),
};
type Kind = keyof typeof servers;
const KINDS: Kind[] = ["openai", "anthropic", "google"];
const modelIds = { openai: "", anthropic: "", google: "" };
let app: TestApp;
let ada: Person;

beforeAll(async () => {
  app = await createTestApp({
    env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true", ATELIER_GENERATION_IDLE_SECONDS: "1" },
  });
  ada = await app.person("Ada");
  for (const kind of KINDS) {
    servers[kind].start();
    servers[kind].scenario = (body) => scenarios.get(markerOf(body))?.shift() ?? {};
    modelIds[kind] = await connectServer(app, servers[kind], kind);
  }
  await app.deps.database.sql`update models set max_output_tokens = ${MAX_OUTPUT}
    where id = any(${Object.values(modelIds)}::uuid[])`;
});
afterAll(async () => {
  await app.close();
  for (const server of Object.values(servers)) server.stop();
});

/** The provider's scenario for each try of a call, by the marker in its question. */
const scenarios = new Map<string, Scenario[]>();
const markerOf = (body: unknown) => /marker-\d+/.exec(JSON.stringify(body))?.[0] ?? "";

interface Round {
  kind: Kind;
  marker: string;
  tries: Scenario[];
  /** Breaks the answer after this many events of its stream. */
  breaks?: { how: "stop" | "lose"; after: number };
}

function randomRound(random: () => number, number: number): Round {
  const below = (limit: number) => Math.floor(random() * limit);
  const one = <T>(from: readonly [T, ...T[]]): T => from[below(from.length)] ?? from[0];
  const pace = { deltaChars: 4 + below(40), chunkMs: 1 + below(6), firstMs: below(50) };
  const text = "some words of an answer, ".repeat(1 + below(60));
  const reasoning = random() < 0.3 ? { reasoning: "let me think. ".repeat(1 + below(30)) } : {};
  const answer: Scenario = { ...pace, ...reasoning, text };
  const endless: Scenario = { ...answer, endless: true };
  const afterDeltas = below(30);
  const round = { kind: KINDS[number % 2] ?? "openai", marker: `marker-${number}` };
  const kinds: (() => Omit<Round, "kind" | "marker">)[] = [
    () => ({ tries: [answer] }),
    () => ({ tries: [{ ...answer, usage: "missing" }] }),
    () => ({ tries: [{ ...answer, usage: { outputTokens: below(4 * MAX_OUTPUT) } }] }),
    () => ({ tries: [{ ...answer, usage: { inputTokens: below(20_000) } }] }),
    () => ({ tries: [{ fault: { kind: "rate_limited", retryAfter: "0" } }, answer] }),
    () => ({ tries: [{ fault: { kind: one(["bad_key", "refused", "invalid_request"]) } }] }),
    () => ({ tries: [{ fault: { kind: one(["hang_up", "silent_start"]) } }] }),
    () => ({ tries: [{ ...answer, fault: { kind: "cut", afterBytes: below(9_000) } }] }),
    () => ({
      tries: [
        {
          ...answer,
          fault: { kind: one(["error_event", "malformed", "silence", "truncated"]), afterDeltas },
        },
      ],
    }),
    () => ({ tries: [{ ...endless, ignoresCap: true }] }),
    () => ({ tries: [endless], breaks: { how: "stop", after: 1 + below(8) } }),
    () => ({ tries: [{ ...answer, firstMs: 400 }], breaks: { how: "stop", after: 1 } }),
    () => ({ tries: [{ ...endless, chunkMs: 6 }], breaks: { how: "lose", after: 1 + below(8) } }),
  ];
  return { ...round, ...(kinds[number % kinds.length]?.() ?? { tries: [answer] }) };
}

async function play(round: Round): Promise<string> {
  scenarios.set(round.marker, [...round.tries]);
  const text = `How high is the rent? ${round.marker}`;
  const { generationId } = await ask(ada, { modelId: modelIds[round.kind], text });
  if (round.breaks) {
    await readEvents(ada, generationId, { atMost: round.breaks.after });
    if (round.breaks.how === "stop") await ada.post(`/generations/${generationId}/stop`);
    // As if its process was cut off from the database for too long; another one takes it over.
    else
      await app.deps.database.sql`update generations
        set process_id = 'gone', lease_expires_at = now() - interval '1 minute'
        where id = ${generationId} and status = 'running'`;
  }
  await readEvents(ada, generationId);
  return generationId;
}

/** Tokens that a provider of this pace may have in flight when its socket is closed. */
function onTheWay({ tries, breaks }: Round): number {
  const { deltaChars = 12, chunkMs = 1 } = tries.at(-1) ?? {};
  const noticedWithinMs = breaks?.how === "lose" ? 400 : 40;
  return Math.ceil((deltaChars / 4) * (noticedWithinMs / chunkMs));
}

test(`${CALLS} random calls: the ledger is not below the bill`, async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  process.stdout.write(`seed: ${seed}\n`);
  const random = randomFrom(seed);
  const rounds = Array.from({ length: CALLS }, (_, number) => randomRound(random, number));
  const played = new Map<string, Round>();
  const left = [...rounds];
  const worker = async () => {
    for (let round = left.pop(); round; round = left.pop()) played.set(await play(round), round);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  await until(() => KINDS.every((kind) => servers[kind].running.length === 0));

  const rows = await app.deps.database.db
    .select()
    .from(ledger)
    .where(inArray(ledger.generationId, [...played.keys()]));
  expect(rows).toHaveLength(CALLS);
  let bill = 0;
  let charged = 0;
  for (const row of rows) {
    const round = played.get(row.generationId);
    if (round === undefined) throw new Error("Nobody has asked this");
    const calls = servers[round.kind].calls.filter(({ body }) => markerOf(body) === round.marker);
    const own = billOf(calls, TEST_PRICES);
    bill += own;
    charged += row.costMicroUsd;
    const mayBeBelow = (onTheWay(round) * TEST_PRICES.output) / 1_000_000;
    const held = {
      notBelow: row.costMicroUsd >= own - mayBeBelow,
      asReported: row.estimated === "yes" || Math.abs(row.costMicroUsd - own) <= 1,
      near: round.breaks?.how === "lose" || row.costMicroUsd <= 2 * own + 2_000,
    };
    const seen = { round, bill: own, cost: row.costMicroUsd };
    expect({ ...seen, ...held }).toEqual({ ...seen, notBelow: true, asReported: true, near: true });
  }
  process.stdout.write(`bill: ${bill}, ledger: ${charged}\n`);
  expect(charged).toBeGreaterThanOrEqual(bill);
}, 120_000);

import { afterAll, beforeAll, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { z } from "zod";
import { anthropicServer } from "../../../test/providers/anthropic-server.ts";
import { googleServer } from "../../../test/providers/google-server.ts";
import { openAiServer } from "../../../test/providers/openai-server.ts";
import type { Scenario, WireCall } from "../../../test/providers/scenario.ts";
import type { WireServer } from "../../../test/providers/wire-server.ts";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import {
  ask,
  connectServer,
  readEvents,
  readGeneration,
  readThread,
  TEST_PRICES,
} from "../../../test/support/generation.ts";
import { read } from "../../../test/support/read.ts";
import {
  CONNECTABLE_KINDS,
  type ConnectableKind,
  estimateTokens,
  type TokenUsage,
} from "../../providers/index.ts";
import { usageReport } from "./schema.ts";
import { budgets, holds, ledger } from "./tables.ts";

/** Whole answers over all wire formats, from the question to the ledger. */
const CALLS = 60;
const AT_ONCE = 6;
const TEXT = "The rent is 1,200 euros a month, as agreed. ".repeat(8);

const servers = {
  anthropic: anthropicServer(),
  google: googleServer(),
  openai: openAiServer(),
};
let app: TestApp;
let ada: Person;
const modelIds = { anthropic: "", google: "", openai: "" };

beforeAll(async () => {
  app = await createTestApp({
    env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true", ATELIER_GENERATION_IDLE_SECONDS: "5" },
  });
  ada = await app.person("Ada");
  for (const kind of CONNECTABLE_KINDS) {
    servers[kind].start();
    modelIds[kind] = await connectServer(app, servers[kind], kind);
  }
}, 30_000);
afterAll(async () => {
  await app.close();
  for (const server of Object.values(servers)) server.stop();
});

interface Case {
  name: string;
  /** The server's scenarios for the first, second, … try. */
  tries: Scenario[];
  stop?: true;
}

const counts = (seed: number): Partial<TokenUsage> => ({
  inputTokens: 100 + ((seed * 7919) % 900),
  cacheReadTokens: (seed * 104_729) % 3 === 0 ? 0 : (seed * 31) % 5_000,
  outputTokens: 200 + ((seed * 13) % 700),
});

const CASES: ((seed: number) => Case)[] = [
  (seed) => ({ name: "complete", tries: [{ text: TEXT, usage: counts(seed) }] }),
  (seed) => ({
    name: "retried",
    tries: [
      { fault: { kind: "rate_limited", retryAfter: "0" } },
      { text: TEXT, usage: counts(seed) },
    ],
  }),
  () => ({ name: "refused", tries: [{ fault: { kind: "bad_key" } }] }),
  () => ({ name: "refused", tries: [{ fault: { kind: "refused" } }] }),
  () => ({
    name: "refused",
    tries: [1, 2, 3].map(() => ({ fault: { kind: "server_error" } })),
  }),
  () => ({ name: "cut", tries: [{ text: TEXT, fault: { kind: "truncated", afterDeltas: 9 } }] }),
  () => ({ name: "stopped", stop: true, tries: [{ endless: true, text: TEXT, chunkMs: 2 }] }),
];

const scenarios = new Map<string, Scenario[]>();
const markerOf = (body: unknown) => /marker-\d+/.exec(JSON.stringify(body))?.[0] ?? "";

interface Asking {
  kind: ConnectableKind;
  marker: string;
  name: string;
  threadId: string;
  generationId: string;
}

test("answers cost what both providers reported, through retries, refusals, cuts and stops", async () => {
  await app.deps.database.db
    .insert(budgets)
    .values({ id: app.deps.ids.next(), scope: "workspace", limitMicroUsd: 1e12 });
  for (const server of Object.values(servers)) {
    server.scenario = (body) => scenarios.get(markerOf(body))?.shift() ?? {};
  }
  const numbers = Array.from({ length: CALLS }, (_, number) => number);
  const asked: Asking[] = [];
  const worker = async () => {
    for (let next = numbers.pop(); next !== undefined; next = numbers.pop())
      asked.push(await runCase(next));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  let total = 0;
  for (const asking of asked) {
    const { usage, costMicroUsd } = await readGeneration(ada, asking.generationId);
    if (usage === null) throw new Error("The answer was not settled");
    const expected = await expectedUsage(asking, usage);
    expect({ name: asking.name, ...usage }).toEqual({ name: asking.name, ...expected });
    const cost = priced(expected);
    expect(costMicroUsd).toBe(cost);
    total += cost;
  }
  const { db } = app.deps.database;
  const report = await read(await ada.get("/me/usage"), usageReport);
  expect(report.totals).toMatchObject({ calls: CALLS, costMicroUsd: total });
  expect(await db.select().from(ledger)).toHaveLength(CALLS);
  expect(await db.select().from(holds)).toEqual([]);
  expect(await db.select().from(budgets)).toMatchObject([
    { spentMicroUsd: total, heldMicroUsd: 0 },
  ]);
}, 120_000);

async function runCase(number: number): Promise<Asking> {
  const turn = Math.floor(number / CASES.length);
  const kind = CONNECTABLE_KINDS[turn % CONNECTABLE_KINDS.length] ?? "openai";
  const marker = `marker-${number}`;
  const { name, tries, stop } = (CASES[number % CASES.length] ?? CASES[0])?.(number) ?? {
    name: "",
    tries: [],
  };
  scenarios.set(marker, [...tries]);
  const asked = await ask(ada, { modelId: modelIds[kind], text: `How high is it? ${marker}` });
  if (stop) {
    await readEvents(ada, asked.generationId, { atMost: 3 });
    await ada.post(`/generations/${asked.generationId}/stop`);
  }
  await readEvents(ada, asked.generationId);
  return { kind, marker, name, threadId: asked.threadId, generationId: asked.generationId };
}

/** The usage that the server reported, or where it could not report all, what was received. */
async function expectedUsage(
  { kind, marker, name, threadId }: Asking,
  charged: TokenUsage,
): Promise<TokenUsage> {
  const nothing = { cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 0, reasoningTokens: 0 };
  if (name === "refused") return { ...nothing, inputTokens: 0 };
  const call = callsOf(servers[kind], marker).at(-1);
  if (name === "complete" || name === "retried") {
    if (!call?.reportedUsage) throw new Error("The server reported nothing");
    return call.reportedUsage;
  }
  const answer = (await readThread(ada, threadId)).messages.at(-1);
  const text = z
    .array(z.looseObject({ text: z.string().default("") }))
    .parse(answer?.parts)
    .map((part) => part.text)
    .join("");
  const outputTokens = estimateTokens(text);
  if (kind !== "openai" && call?.reportedUsage) {
    const told = call.reportedUsage;
    return { ...told, outputTokens: Math.max(told.outputTokens, outputTokens) };
  }
  // Without a report the input is charged as estimated, at the held price.
  expect(charged.cacheWriteTokens).toBeGreaterThan(call?.prompt?.inputTokens ?? 0);
  return { ...nothing, inputTokens: 0, cacheWriteTokens: charged.cacheWriteTokens, outputTokens };
}

function callsOf(server: WireServer, marker: string): WireCall[] {
  return server.calls.filter(({ body }) => markerOf(body) === marker);
}

function priced(usage: TokenUsage): number {
  const { input, cacheRead, cacheWrite, output } = TEST_PRICES;
  const exact =
    usage.inputTokens * input +
    usage.cacheReadTokens * cacheRead +
    usage.cacheWriteTokens * cacheWrite +
    usage.outputTokens * output;
  return Math.floor((exact + 500_000) / 1_000_000);
}

test("a budget that does not cover the worst case shortens the answer, and refuses it only when too little is left", async () => {
  const { db } = app.deps.database;
  const { anthropic } = servers;
  anthropic.scenario = { text: TEXT.repeat(40) };
  const leave = (micro: number) =>
    db.update(budgets).set({ limitMicroUsd: sql`${budgets.spentMicroUsd} + ${micro}::bigint` });

  await leave(30_000);
  const modelId = modelIds.anthropic;
  const { threadId, generationId } = await ask(ada, { modelId });
  await readEvents(ada, generationId);
  const { max_tokens } = z
    .looseObject({ max_tokens: z.number() })
    .parse(anthropic.calls.at(-1)?.body);
  expect(max_tokens).toBeGreaterThanOrEqual(256);
  expect(max_tokens).toBeLessThan(30_000 / (TEST_PRICES.output / 1_000_000));
  const before = await readThread(ada, threadId);
  expect(before.messages.at(-1)).toMatchObject({ error: { code: "length" } });

  await leave(1_000);
  const refused = await ada.post(`/threads/${threadId}/messages`, {
    text: "And now?",
    parentId: before.leafId,
    modelId,
  });
  expect(refused.status).toBe(402);
  expect(await refused.json()).toMatchObject({
    code: "budget_exhausted",
    budget: { scope: "workspace", leftMicroUsd: 1_000, resetsAt: null },
  });
  expect((await readThread(ada, threadId)).messages).toHaveLength(before.messages.length);
  expect(await db.select().from(holds)).toEqual([]);
}, 30_000);

import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { inArray } from "drizzle-orm";
import { startedAnswer } from "../../src/features/generation/schema.ts";
import { ledger } from "../../src/features/metering/tables.ts";
import { anthropicServer } from "../providers/anthropic-server.ts";
import { billOf } from "../providers/bill.ts";
import { googleServer } from "../providers/google-server.ts";
import { openAiServer } from "../providers/openai-server.ts";
import type { Scenario } from "../providers/scenario.ts";
import { createTestApp, type Person, type TestApp } from "../support/app.ts";
import {
  ask,
  connectServer,
  newThread,
  readEvents,
  TEST_PRICES,
  until,
} from "../support/generation.ts";
import { read, readProblem } from "../support/read.ts";

/**
 * The provider's own bill, against the cap of a budget and against the ledger, as docs/security.md promises. A
 * cap is six holds, as concurrent users would use it up.
 */
const HOLDS = 6;
const MAX_OUTPUT = 600;
/** Of four letters and a blank: as many tokens to the test provider as the cap counts. */
const WORDS = "word ".repeat(4 * MAX_OUTPUT);

let app: TestApp;
let ada: Person;
const servers = {
  openai: openAiServer(),
  anthropic: anthropicServer(),
  google: googleServer(),
};
const modelIds = { openai: "", anthropic: "", google: "" };
type Kind = keyof typeof servers;
const KINDS: Kind[] = ["openai", "anthropic", "google"];

beforeAll(async () => {
  app = await createTestApp({
    env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true", ATELIER_GENERATION_IDLE_SECONDS: "5" },
  });
  ada = await app.person("Ada");
  for (const kind of KINDS) {
    servers[kind].start();
    modelIds[kind] = await connectServer(app, servers[kind], kind);
  }
  await app.deps.database.sql`update models set max_output_tokens = ${MAX_OUTPUT}
    where id = any(${Object.values(modelIds)}::uuid[])`;
});
afterAll(async () => {
  await app.close();
  for (const server of Object.values(servers)) server.stop();
});
beforeEach(async () => {
  for (const server of Object.values(servers)) server.reset();
  await app.deps.database.sql`delete from excesses`;
  await app.deps.database.sql`delete from budgets`;
});

const billed = () => KINDS.reduce((sum, kind) => sum + billOf(servers[kind].calls, TEST_PRICES), 0);

const ledgerRows = (generationIds: string[]) =>
  app.deps.database.db.select().from(ledger).where(inArray(ledger.generationId, generationIds));

/** The hold of a question, found with a call that the provider refuses. */
async function holdOf(kind: Kind, text: string): Promise<number> {
  servers[kind].queue({ fault: { kind: "bad_key" } });
  const { generationId } = await ask(ada, { modelId: modelIds[kind], text });
  await readEvents(ada, generationId);
  servers[kind].calls.length = 0;
  const [row] = await ledgerRows([generationId]);
  return row?.heldMicroUsd ?? 0;
}

interface World {
  capMicroUsd: number;
  generationIds: string[];
}

/** A workspace with a budget of six holds. */
async function withCap(kind: Kind, text: string): Promise<World> {
  const capMicroUsd = HOLDS * (await holdOf(kind, text));
  await app.deps.database.sql`insert into budgets (id, scope, limit_micro_usd)
    values (${app.deps.ids.next()}, 'workspace', ${capMicroUsd})`;
  return { capMicroUsd, generationIds: [] };
}

/** Asks until the budget refuses, in sequence or all at once. */
async function askUntilRefused(
  world: World,
  kind: Kind,
  text: string,
  how: "in turn" | "at once",
): Promise<void> {
  const one = async () => {
    const threadId = await newThread(ada);
    const body = { text, parentId: null, modelId: modelIds[kind] };
    const response = await ada.post(`/threads/${threadId}/messages`, body);
    if (response.status === 402) {
      expect((await readProblem(response)).code).toBe("budget_exhausted");
      return false;
    }
    expect(response.status).toBe(202);
    const { generationId } = await read(response, startedAnswer);
    world.generationIds.push(generationId);
    await readEvents(ada, generationId);
    return true;
  };
  if (how === "at once") {
    await Promise.all(Array.from({ length: HOLDS + 2 }, one));
  }
  while (world.generationIds.length < 100 && (await one()));
}

/** Checks the budget, and the provider's bill against the ledger. */
async function check({ capMicroUsd, generationIds }: World, atMost: number): Promise<void> {
  const bill = billed();
  const rows = await ledgerRows(generationIds);
  const charged = rows.reduce((sum, row) => sum + row.costMicroUsd, 0);
  expect(bill).toBeGreaterThan(0);
  expect(bill / capMicroUsd).toBeLessThanOrEqual(atMost);
  expect(charged).toBeGreaterThanOrEqual(bill);
  const overspent = await app.deps.database.sql`select * from budgets
    where spent_micro_usd + held_micro_usd > limit_micro_usd`;
  expect(overspent).toHaveLength(0);
}

const LONG_QUESTION = "Please compare these two leases clause by clause. ".repeat(900);

for (const kind of KINDS) {
  const broken: [string, Scenario][] = [
    ["cut after the headers", { fault: { kind: "cut", afterBytes: 0 } }],
    ["closed without an answer", { fault: { kind: "hang_up" } }],
    ["ended by an error after they have begun", { fault: { kind: "error_event", afterDeltas: 2 } }],
    ["ended without a word", { fault: { kind: "truncated" } }],
  ];
  test.each(broken)(`${kind}: calls that are %s are sent once and charged`, async (_, scenario) => {
    const world = await withCap(kind, LONG_QUESTION);
    servers[kind].scenario = { text: WORDS, ...scenario };
    await askUntilRefused(world, kind, LONG_QUESTION, "in turn");
    expect(servers[kind].calls).toHaveLength(world.generationIds.length);
    await check(world, 1);
  });

  test(`${kind}: answers that go on past their cap are ended a quarter behind it`, async () => {
    const world = await withCap(kind, "Go on.");
    servers[kind].scenario = {
      text: WORDS.repeat(5),
      ignoresCap: true,
      chunkMs: 3,
    };
    await askUntilRefused(world, kind, "Go on.", "at once");
    for (const call of servers[kind].calls) expect(call.ended).toBe("closed_by_client");
    await check(world, 1.4);
  });

  test(`${kind}: a stopped call is charged what it had written by then`, async () => {
    const world = await withCap(kind, "Go on.");
    servers[kind].scenario = { text: WORDS, deltaChars: 20, chunkMs: 1 };
    for (let n = 0; n < HOLDS; n++) {
      const { generationId } = await ask(ada, { modelId: modelIds[kind], text: "Go on." });
      world.generationIds.push(generationId);
      await readEvents(ada, generationId, { atMost: 2 + n });
      await ada.post(`/generations/${generationId}/stop`);
      await readEvents(ada, generationId);
    }
    await until(() => servers[kind].running.length === 0);
    expect(servers[kind].calls.some(({ ended }) => ended === "closed_by_client")).toBe(true);
    await check(world, 1);
  });

  test(`${kind}: usage far above the hold is told, and the next holds cover it`, async () => {
    const world = await withCap(kind, "How high?");
    const heldMicroUsd = world.capMicroUsd / HOLDS;
    const dear: Scenario = { text: "High.", usage: { outputTokens: 5 * MAX_OUTPUT } };
    servers[kind].scenario = dear;
    await askUntilRefused(world, kind, "How high?", "in turn");
    // One call of five holds; a second one with the same hold exceeds the budget.
    expect(servers[kind].calls).toHaveLength(1);
    await check(world, 1);
    await app.deps.database.sql`delete from budgets`;
    const [row] = await ledgerRows(world.generationIds);
    expect(row?.heldMicroUsd).toBe(heldMicroUsd);
    expect(row?.costMicroUsd).toBeGreaterThan(4 * heldMicroUsd);
    expect(await holdOf(kind, "How high?")).toBeGreaterThanOrEqual(row?.costMicroUsd ?? 0);

    const entries = await app.deps.database.sql`select detail from audit_log
      where action = 'model.underestimated' and target_id = ${modelIds[kind]}`;
    expect(entries.map(({ detail }) => detail)).toContainEqual({
      provider: expect.stringContaining(kind),
      model: `${kind}-test`,
      heldMicroUsd,
      costMicroUsd: row?.costMicroUsd,
    });
  });

  test(`${kind}: where such calls run at once, each costs what it costs, and none follows`, async () => {
    const world = await withCap(kind, "How high?");
    servers[kind].scenario = {
      text: "High.",
      usage: { outputTokens: 5 * MAX_OUTPUT },
      firstMs: 300,
    };
    await askUntilRefused(world, kind, "How high?", "at once");
    expect(servers[kind].calls).toHaveLength(HOLDS);
    await check(world, 5.1);
  });
}

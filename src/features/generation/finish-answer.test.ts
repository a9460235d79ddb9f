import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  setDefaultTimeout,
  setSystemTime,
  spyOn,
  test,
} from "bun:test";
import { eq } from "drizzle-orm";
import { type FakeStep, fakeAnswer, fakeProvider } from "../../../test/providers/fake.ts";
import { openAiServer } from "../../../test/providers/openai-server.ts";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import {
  type Asked,
  ask,
  connectServer,
  readEvents,
  readGeneration,
  readThread,
  textOf,
} from "../../../test/support/generation.ts";
import { read, readId } from "../../../test/support/read.ts";
import { contextOf } from "../../../test/support/scopes.ts";
import type { Deps } from "../../platform/deps.ts";
import { Lifecycle } from "../../platform/lifecycle.ts";
import { createLogger } from "../../platform/observability/logger.ts";
import { errorFromResponse } from "../../providers/errors.ts";
import type { EndReason, ProviderAdapter } from "../../providers/port.ts";
import { auditLog } from "../audit/tables.ts";
import { readVersion } from "../knowledge/ingest/read-version.ts";
import { uploadedFile } from "../knowledge/schema.ts";
import { ledger } from "../metering/tables.ts";
import { finishAnswer } from "./finish-answer.ts";
import { recoverExpired } from "./recover-expired.ts";
import { Runner } from "./runner.ts";
import { type AnswerPlan, RunningAnswer } from "./running-answer.ts";

// Whole answers take seconds on a busy machine.
setDefaultTimeout(30_000);

const lines: string[] = [];
const captured: { error: unknown; tags: Record<string, string> }[] = [];
const server = openAiServer();
let app: TestApp;
let ada: Person;
let modelId: string;
let provider: string;
let adapter: ProviderAdapter;
/** Writes the adapter's answers. */
let own: Runner;
let maxSeconds = 600;
beforeAll(async () => {
  server.start();
  app = await createTestApp({
    env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true" },
    deps: {
      logger: createLogger("info", { write: (line: string) => void lines.push(line) }),
      errors: {
        capture: (error, tags) => void captured.push({ error, tags }),
        close: async () => {},
      },
    },
  });
  ada = await app.person("Ada");
  modelId = await connectServer(app, server, "openai");
  const [row] = await app.deps.database.sql`select name from providers where kind = 'openai'`;
  provider = String(row?.name);
  const { runner, pubsub } = app.deps.services.generation;
  const config = {
    ...app.deps.config,
    get generationMaxSeconds() {
      return maxSeconds;
    },
  };
  own = new Runner({ ...app.deps, config }, pubsub);
  spyOn(runner, "start").mockImplementation((plan) => own.start(plan, adapter));
});
afterEach(() => {
  maxSeconds = 600;
  setSystemTime();
});
afterAll(async () => {
  await own.close();
  await app.close();
  server.stop();
});

const usage = {
  inputTokens: 1_000,
  cacheReadTokens: 300,
  cacheWriteTokens: 20,
  outputTokens: 200,
  reasoningTokens: 50,
};

/** Asks, and reads the events sent to the caller and the stored message. */
const ending = (reason: EndReason): FakeStep => ({ events: [{ type: "end", reason }] });

async function answered(steps: FakeStep[]) {
  adapter = fakeProvider(() => steps);
  return outcomeOf(await ask(ada, { modelId }));
}

async function outcomeOf(asked: Asked) {
  const events = (await readEvents(ada, asked.generationId)).map(({ event }) => event);
  // The event is sent first; the statement that sends it is the last of its transaction.
  const { messages } = await readThread(ada, asked.threadId);
  const message = messages.find(({ id }) => id === asked.answerId);
  const generation = await readGeneration(ada, asked.generationId);
  return { asked, events, message, generation };
}

async function metric(name: string, labels: Record<string, string>): Promise<number> {
  const found = (await app.deps.metrics.registry.getMetricsAsJSON()).find(
    (one) => one.name === name,
  );
  const value = found?.values.find(({ labels: those }) =>
    Object.entries(labels).every(([label, text]) => Reflect.get(those, label) === text),
  );
  return value?.value ?? 0;
}

describe("an answer is reported and stored", () => {
  test("as complete, with its usage and exact cost, and counted", async () => {
    const askedAt = performance.now();
    const { asked, events, message, generation } = await answered(fakeAnswer("Hello.", { usage }));
    // Dollars a million tokens: 3 fresh, 0.3 read from the cache, 3.75 written, 15 out.
    const costMicroUsd = 3_000 + 90 + 75 + 3_000;
    expect(events).toEqual([
      { type: "start", messageId: asked.answerId },
      { type: "delta", text: "Hello." },
      { type: "usage", usage, costMicroUsd },
      { type: "done", status: "complete" },
    ]);
    expect(message).toMatchObject({
      parts: [{ type: "text", text: "Hello." }],
      status: "complete",
      error: null,
      usage,
      costMicroUsd,
    });
    expect(generation).toMatchObject({ status: "complete", usage, costMicroUsd });
    expect(generation.endedAt).not.toBeNull();
    const tokens = (kind: string) => metric("atelier_tokens_total", { provider, kind });
    expect(await metric("atelier_generations_total", { provider, status: "complete" })).toBe(1);
    expect(await metric("atelier_cost_micro_usd_total", { provider })).toBe(costMicroUsd);
    expect([
      await tokens("input"),
      await tokens("cache_read"),
      await tokens("cache_write"),
      await tokens("output"),
    ]).toEqual([1_000, 300, 20, 200]);
    const { values } = await app.deps.metrics.timeToFirstToken.get();
    const first = (part: string) =>
      values.find(({ metricName }) => metricName === `atelier_time_to_first_token_seconds_${part}`);
    expect(first("count")).toMatchObject({ value: 1, labels: { provider: "openai" } });
    expect(first("sum")?.value).toBeWithin(0, (performance.now() - askedAt) / 1000);
  });

  test("as complete at its cap, with a notice", async () => {
    const { events, message } = await answered(fakeAnswer("Hel", { end: "length" }));
    expect(events.at(-1)).toEqual({ type: "done", status: "complete", reason: "length" });
    expect(message).toMatchObject({
      status: "complete",
      error: { code: "length", detail: "The answer was cut at the longest allowed length." },
    });
  });

  test.each<[string, FakeStep[], string, string]>([
    ["without a word", [ending("stop")], "no_answer", "The model sent no answer."],
    [
      "with thinking alone",
      [{ events: [{ type: "reasoning", text: "Hm" }] }, ending("length")],
      "only_thinking",
      "The model spent all its tokens thinking and sent no answer.",
    ],
    [
      "with a call of a tool",
      [ending("tool_use")],
      "tool_use",
      "The model tried to use a tool instead of answering.",
    ],
  ])("as complete %s, with a notice", async (_, steps, code, detail) => {
    const { events, message } = await answered(steps);
    expect(events.at(-1)).toEqual({ type: "done", status: "complete", reason: code });
    expect(message).toMatchObject({ status: "complete", error: { code, detail } });
  });

  test("with text that was thinking as a part of its own", async () => {
    const { message } = await answered([
      { events: [{ type: "text", text: "Hm" }, { type: "thought" }] },
      ...fakeAnswer("Hello."),
    ]);
    expect(message).toMatchObject({
      parts: [
        { type: "reasoning", text: "Hm" },
        { type: "text", text: "Hello." },
      ],
      error: null,
    });
  });

  test("as interrupted after the time limit", async () => {
    maxSeconds = 0.5;
    const { events, message } = await answered([
      { events: [{ type: "text", text: "Hel" }] },
      { until: new Promise(() => {}) },
    ]);
    expect(events.at(-1)).toEqual({ type: "done", status: "interrupted", reason: "time_limit" });
    expect(message).toMatchObject({
      status: "interrupted",
      error: { code: "time_limit", detail: "The answer reached the time limit." },
    });
  });

  test("as failed when the model declines, and its usage is charged", async () => {
    const { events, message } = await answered(fakeAnswer("No.", { usage, end: "refusal" }));
    const error = { code: "refusal", detail: "The model declined to answer this." };
    expect(events.slice(-2)).toEqual([
      { type: "usage", usage, costMicroUsd: 6_165 },
      { type: "error", error },
    ]);
    expect(message).toMatchObject({ status: "failed", error, costMicroUsd: 6_165 });
    expect(await metric("atelier_provider_errors_total", { provider, code: "refusal" })).toBe(1);
  });

  test("as failed when it breaks in the middle: received text is kept and charged by our own count", async () => {
    const { events, message, asked } = await answered([
      { events: [{ type: "reasoning", text: "a".repeat(20) }] },
      { events: [{ type: "text", text: "b".repeat(30) }] },
      { fail: "cut" },
    ]);
    expect(message?.parts).toEqual([
      { type: "reasoning", text: "a".repeat(20) },
      { type: "text", text: "b".repeat(30) },
    ]);
    const { db } = app.deps.database;
    const [row] = await db.select().from(ledger).where(eq(ledger.generationId, asked.generationId));
    expect(row).toMatchObject({
      inputTokens: 0,
      outputTokens: 15,
      reasoningTokens: 6,
      estimated: "yes",
      status: "failed",
    });
    const written = row?.cacheWriteTokens ?? 0;
    expect(written).toBeGreaterThan(100);
    expect(message?.costMicroUsd).toBe(Math.round(written * 3.75 + 15 * 15));
    expect(events.at(-1)).toEqual({
      type: "error",
      error: {
        code: "cut",
        detail: "The connection to the provider was lost in the middle of the answer.",
      },
    });
  });

  test("as failed when it was refused, and nothing is charged", async () => {
    const { events } = await answered([{ fail: "bad_key" }]);
    expect(events.at(-2)).toMatchObject({ type: "usage", costMicroUsd: 0 });
    expect(events.at(-1)).toMatchObject({ type: "error", error: { code: "bad_key" } });
  });

  test("as failed with our own sentence; the provider's goes to the audit log, and only there", async () => {
    adapter = {
      kind: "openai",
      // biome-ignore lint/correctness/useYield: it fails before the first event.
      async *stream() {
        const body = JSON.stringify({ error: { message: "Odd value: 'temperature'" } });
        throw errorFromResponse(400, new Headers(), body);
      },
    };
    lines.length = 0;
    const { asked, events, message } = await outcomeOf(await ask(ada, { modelId }));
    const { db } = app.deps.database;
    const rows = await db.select().from(auditLog).where(eq(auditLog.action, "provider.refused"));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      actorKind: "system:generation",
      targetKind: "provider",
      detail: {
        generationId: asked.generationId,
        error: "invalid_request",
        vendorSentence: "Odd value: 'temperature'",
      },
    });
    expect(JSON.stringify([events, message, lines])).not.toContain("Odd value");
  });

  test("as failed by an internal error: logged and reported with its place and ids, without its content", async () => {
    const fault = new TypeError("what the user wrote");
    adapter = {
      kind: "openai",
      async *stream() {
        yield [{ type: "text", text: "Hel" }];
        throw fault;
      },
    };
    lines.length = 0;
    const { asked, events, message } = await outcomeOf(await ask(ada, { modelId }));
    expect(events.at(-1)).toEqual({
      type: "error",
      error: {
        code: "internal_error",
        detail: "Internal error while writing this answer.",
      },
    });
    expect(message).toMatchObject({ status: "failed", error: { code: "internal_error" } });
    const told = lines.filter((line) => line.includes("answer failed: internal error"));
    expect(told).toHaveLength(1);
    expect(JSON.parse(told[0] ?? "")).toMatchObject({
      level: "error",
      generationId: asked.generationId,
      messageId: asked.answerId,
      threadId: asked.threadId,
      err: { type: "TypeError", frames: expect.arrayContaining([expect.stringContaining("at ")]) },
    });
    expect(told[0]).not.toContain("what the user wrote");
    expect(captured).toEqual([{ error: fault, tags: { generationId: asked.generationId } }]);
  });
});

describe("when the database is down at the end", () => {
  /** The dependencies, with a database whose transactions fail: the next ones, or all. */
  function losing(times: number): Deps {
    const { db } = app.deps.database;
    let left = times;
    const broken = new Proxy(db, {
      get: (target, property, receiver) => {
        if (property === "transaction" && left-- > 0)
          return () => Promise.reject(new Error("gone"));
        return Reflect.get(target, property, receiver);
      },
    });
    return { ...app.deps, database: { ...app.deps.database, db: broken } };
  }

  /** A complete answer whose end is not stored yet. */
  async function whole() {
    let plan: AnswerPlan | undefined;
    spyOn(app.deps.services.generation.runner, "start").mockImplementationOnce((given) => {
      plan = given;
    });
    const asked = await ask(ada, { modelId });
    if (plan === undefined) throw new Error("Nothing was started");
    const answer = new RunningAnswer(plan);
    answer.append({ type: "start", messageId: asked.answerId });
    answer.append({ type: "delta", text: "Hello." });
    return { asked, answer };
  }

  const complete = { status: "complete", complete: true } as const;

  test("it is stored once the database is back", async () => {
    const { asked, answer } = await whole();
    lines.length = 0;
    await finishAnswer(losing(1), answer, complete);
    expect(lines.filter((line) => line.includes("answer end not stored; retrying"))).toHaveLength(
      1,
    );
    expect(answer.log.last?.event).toEqual({ type: "done", status: "complete" });
    expect((await readGeneration(ada, asked.generationId)).status).toBe("complete");
    expect(textOf(await readEvents(ada, asked.generationId))).toBe("Hello.");
  });

  test("it is given up after ten minutes, and after ten seconds while the process leaves", async () => {
    const { answer } = await whole();
    const leaving = new Lifecycle();
    leaving.leave();
    for (const [lifecycle, patienceMs] of [
      [app.deps.lifecycle, 600_000],
      [leaving, 10_000],
    ] as const) {
      const deps = { ...losing(99), lifecycle };
      let tries = 0;
      const now = Date.now();
      const told = spyOn(deps.logger, "warn").mockImplementation(() => {
        tries++;
        setSystemTime(new Date(now + (tries === 1 ? patienceMs - 2_000 : patienceMs + 60_000)));
      });
      const failed = await finishAnswer(deps, answer, complete).catch((error) => error);
      told.mockRestore();
      setSystemTime();
      expect({ tries, message: String(failed.message) }).toEqual({ tries: 2, message: "gone" });
      expect(answer.log.ended).toBe(false);
    }
  });

  test("an answer that another process has taken over ends as stored there, and is booked once", async () => {
    const { asked, answer } = await whole();
    const { sql } = app.deps.database;
    await sql`update generations set process_id = 'another', lease_expires_at = now() - interval '1 minute'
      where id = ${asked.generationId}`;
    const finished = finishAnswer(app.deps, answer, complete);
    const recovered = await recoverExpired(app.deps, app.deps.services.generation.pubsub, []);
    await finished;
    expect(recovered).toBeLessThanOrEqual(1);
    expect(answer.log.after(0).map(({ event }) => event.type)).toEqual([
      "start",
      "delta",
      "usage",
      "done",
    ]);
    expect(answer.log.last?.event).toEqual({ type: "done", status: "interrupted" });
    const rows = await sql`select 1 from ledger where generation_id = ${asked.generationId}`;
    expect(rows).toHaveLength(1);
  });

  test("an answer that was deleted meanwhile ends as interrupted", async () => {
    const { asked, answer } = await whole();
    await app.deps.database.sql`delete from threads where id = ${asked.threadId}`;
    await finishAnswer(app.deps, answer, complete);
    expect(answer.log.last?.event).toEqual({ type: "done", status: "interrupted" });
  });
});

test("while an answer is written its generation names the file versions that were sent, and none afterwards", async () => {
  const project = await readId(await ada.post("/projects", { name: "Sent" }));
  const stored = await ada.request(
    "PUT",
    `/projects/${project}/files/rent.md`,
    new Blob(["Rent."]),
  );
  const { newest } = await read(stored, uploadedFile);
  await readVersion(contextOf(app, ada), newest.id, new AbortController().signal);
  const gate = Promise.withResolvers<void>();
  adapter = fakeProvider(() => [{ until: gate.promise }, ...fakeAnswer("Hello.")]);
  const threadId = await readId(await ada.post(`/projects/${project}/threads`, {}));
  const { generationId } = await ask(ada, { threadId, modelId });
  const listed = async () => {
    const [row] = await app.owner.sql`
      select sent_version_ids as ids from generations where id = ${generationId}`;
    return row?.ids;
  };
  expect(await listed()).toEqual([newest.id]);
  gate.resolve();
  await readEvents(ada, generationId);
  expect(await listed()).toBeNull();
});

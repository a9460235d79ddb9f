import { afterAll, afterEach, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { desc, eq } from "drizzle-orm";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { ask, readEvents, textOf } from "../../../test/support/generation.ts";
import { read, readProblem } from "../../../test/support/read.ts";
import { systemContext } from "../../platform/context.ts";
import { purge } from "../../work.ts";
import { ledger } from "../metering/tables.ts";
import { chooseModel } from "./choose-model.ts";
import { addLearned } from "./repo.ts";
import { resealKeys } from "./reseal-keys.ts";
import {
  adminModel,
  adminProvider,
  offeredModels,
  providerPresets,
  providerTestResult,
} from "./schema.ts";
import { models, providers } from "./tables.ts";

interface Call {
  url: string;
  headers: Headers;
  body: Record<string, unknown>;
}

const ANSWER = [
  '{"choices":[{"delta":{"content":"Fish."},"finish_reason":"stop"}]}',
  '{"choices":[],"usage":{"prompt_tokens":100,"completion_tokens":10,"total_tokens":110}}',
  "[DONE]",
]
  .map((data) => `data: ${data}\n\n`)
  .join("");

const calls: Call[] = [];
/** What the server says to a call; undefined answers it. */
let refuse: (call: Call) => Response | undefined = () => undefined;
const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  async fetch(request) {
    const text = await request.text();
    const { pathname, search } = new URL(request.url);
    const call: Call = {
      url: pathname + search,
      headers: request.headers,
      body: text === "" ? {} : JSON.parse(text),
    };
    calls.push(call);
    return (
      refuse(call) ??
      (request.method === "GET"
        ? Response.json({ data: [{ id: "small" }, { id: "large" }] })
        : new Response(ANSWER, { headers: { "content-type": "text/event-stream" } }))
    );
  },
});
const origin = `http://127.0.0.1:${server.port}`;

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await createTestApp({
    env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true", OPENAI_API_KEY: "sk-from-the-environment" },
  });
  ada = await app.person("Ada");
});
afterEach(() => {
  calls.length = 0;
  refuse = () => undefined;
});
afterAll(async () => {
  await app.close();
  await server.stop(true);
});

let count = 0;
const post = (change: object = {}) =>
  ada.post("/admin/providers", {
    kind: "openai",
    name: `Provider ${++count}`,
    baseUrl: `${origin}/v1`,
    apiKey: "sk-0123456789",
    ...change,
  });
const add = async (change: object = {}) => read(await post(change), adminProvider);
const tested = async (id: string) =>
  read(await ada.post(`/admin/providers/${id}/test`, { model: "m" }), providerTestResult);
const patch = async (id: string, change: object) =>
  read(await ada.patch(`/admin/providers/${id}`, change), adminProvider);
const problem = async (response: Response) => {
  const { code, errors } = await readProblem(response);
  return [code, ...(errors ?? []).map(({ path }) => path)].join(" ");
};
const refusal = (message: string, param?: string) =>
  Response.json({ error: { message, param } }, { status: 400 });

describe("the address", () => {
  test.each([
    ["/v1/chat/completions", "/v1", "/v1/chat/completions"],
    ["/v1/", "/v1", "/v1/chat/completions"],
    [
      "/openai/deployments/d/chat/completions?api-version=2024-10-21",
      "/openai/deployments/d?api-version=2024-10-21",
      "/openai/deployments/d/chat/completions?api-version=2024-10-21",
    ],
  ])("%s is stored as %s and called at %s", async (entered, stored, called) => {
    const made = await add({ baseUrl: origin + entered });
    expect(made.baseUrl).toBe(origin + stored);
    expect((await tested(made.id)).ok).toBe(true);
    expect(calls.map(({ url }) => url)).toEqual([called]);
    const other = await add({ baseUrl: `${origin}/v2`, apiKey: null });
    expect((await patch(other.id, { baseUrl: origin + entered })).baseUrl).toBe(origin + stored);
  });

  test.each(["?key=secret", "?api-version=1&key=2", "#part", "?api-version="])(
    "%s is no part of it",
    async (rest) => {
      expect(await problem(await post({ baseUrl: `${origin}/v1${rest}` }))).toContain("baseUrl");
    },
  );

  test("without its version is tried with it, free of charge, and offered", async () => {
    refuse = ({ url }) => (url.startsWith("/v1/") ? undefined : new Response("", { status: 404 }));
    const { id } = await add({ baseUrl: `${origin}/` });
    expect(await tested(id)).toMatchObject({
      ok: false,
      costMicroUsd: 0,
      suggestedBaseUrl: `${origin}/v1`,
      error: { code: "wrong_address" },
    });
    expect(calls.map(({ url }) => url)).toEqual(["/chat/completions", "/v1/models"]);
  });

  test.each<[string, string, () => Response | undefined, string | null]>([
    ["nothing answers there either", "/", () => new Response("", { status: 404 }), null],
    ["it has a version", "/v1", () => new Response("", { status: 404 }), null],
    ["the model is unknown", "/", () => refusal("model m not found"), null],
  ])("is not offered when %s", async (_, path, reply, suggestion) => {
    refuse = reply;
    const { id } = await add({ baseUrl: origin + path });
    expect((await tested(id)).suggestedBaseUrl).toBe(suggestion);
  });

  test("is offered too where the list wants another key", async () => {
    refuse = ({ url }) => new Response("", { status: url.startsWith("/v1/") ? 401 : 404 });
    const { id } = await add({ baseUrl: origin });
    expect((await tested(id)).suggestedBaseUrl).toBe(`${origin}/v1`);
  });
});

describe("key and headers", () => {
  test("the key goes where it is said, with an admin's headers", async () => {
    const made = await add({
      auth: "api-key",
      headers: [
        { name: "X-Team", value: "blue" },
        { name: "X-Hidden", value: "hidden value", secret: true },
        { name: "Helicone-Auth", value: "Bearer h-123" },
      ],
    });
    expect(made).toMatchObject({
      auth: "api-key",
      headers: [
        { name: "X-Team", value: "blue", secret: false },
        { name: "X-Hidden", value: null, secret: true },
        { name: "Helicone-Auth", value: null, secret: true },
      ],
    });
    expect((await tested(made.id)).ok).toBe(true);
    const { headers } = calls[0] ?? { headers: new Headers() };
    expect(headers.get("authorization")).toBeNull();
    expect(headers.get("api-key")).toBe("sk-0123456789");
    expect(headers.get("x-team")).toBe("blue");
    expect(headers.get("x-hidden")).toBe("hidden value");
    expect(headers.get("helicone-auth")).toBe("Bearer h-123");
    expect(headers.get("user-agent")).toStartWith("Atelier/");
    const paths = ["/admin/providers", `/admin/providers/${made.id}`, "/admin/audit"];
    const shown = await Promise.all(paths.map(async (path) => (await ada.get(path)).text()));
    const [row] = await app.deps.database.db
      .select()
      .from(providers)
      .where(eq(providers.id, made.id));
    for (const secret of ["hidden value", "h-123"])
      expect([...shown, JSON.stringify(row)].join()).not.toContain(secret);
  });

  test("a secret value is kept while the address stays, and only then", async () => {
    const secret = { name: "X-Hidden", value: "hidden value", secret: true };
    const kept = { ...secret, value: null };
    const { id } = await add({ apiKey: null, headers: [secret] });
    await patch(id, { headers: [kept, { name: "X-New", value: "1" }] });
    await patch(id, { name: `Renamed ${id}` });
    await tested(id);
    expect(calls[0]?.headers.get("x-hidden")).toBe("hidden value");
    expect(calls[0]?.headers.get("x-new")).toBe("1");
    const path = `/admin/providers/${id}`;
    const elsewhere = { baseUrl: `${origin}/v2` };
    for (const change of [elsewhere, { ...elsewhere, headers: [kept] }])
      expect(await problem(await ada.patch(path, change))).toBe(
        "header_value_needed headers.0.value",
      );
    expect(await patch(id, { ...elsewhere, headers: [secret] })).toMatchObject(elsewhere);
    expect((await patch(id, { headers: [] })).headers).toEqual([]);
    expect(await problem(await ada.patch(path, { headers: [kept] }))).toBe(
      "header_value_needed headers.0.value",
    );
  });

  test("plain headers move with the address", async () => {
    const { id } = await add({ apiKey: null, headers: [{ name: "X-Team", value: "blue" }] });
    expect((await patch(id, { baseUrl: `${origin}/v2` })).headers).toEqual([
      { name: "X-Team", value: "blue", secret: false },
    ]);
  });

  test.each([
    ["Host", "x"],
    ["content-length", "1"],
    ["Content-Type", "x"],
    ["Transfer-Encoding", "x"],
    ["Connection", "x"],
    ["Accept", "x"],
    ["Accept-Encoding", "x"],
    ["Proxy-Authorization", "x"],
    ["two words", "x"],
    ["", "x"],
    ["x".repeat(101), "x"],
    ["X-Line", "a\r\nb"],
    ["X-Umlaut", "ü"],
    ["X-Empty", " "],
  ])("%j: %j is refused", async (name, value) => {
    expect(await problem(await post({ headers: [{ name, value }] }))).toContain("headers.0");
  });

  test("a name is there once, whatever its case", async () => {
    const headers = [
      { name: "X-A", value: "1" },
      { name: "x-a", value: "2" },
    ];
    expect(await problem(await post({ headers }))).toContain("headers");
  });

  test("headers and the place of the key of a provider from the environment stay", async () => {
    const rows = await app.deps.database.db.select().from(providers);
    const id = rows.find(({ origin }) => origin === "environment")?.id;
    for (const change of [{ headers: [] }, { auth: "api-key" }])
      expect(await problem(await ada.patch(`/admin/providers/${id}`, change))).toBe(
        "provider_kept",
      );
  });

  test("secret headers are encrypted anew with the keys, and go with the provider", async () => {
    const secret = { name: "X-Hidden", value: "hidden value", secret: true };
    const { id } = await add({ apiKey: null, headers: [secret, { name: "X-A", value: "1" }] });
    const stored = async () =>
      (await app.deps.database.db.select().from(providers).where(eq(providers.id, id)))[0]?.headers;
    const before = await stored();
    const stale = spyOn(app.deps.secrets, "isFresh").mockReturnValue(false);
    expect((await resealKeys(systemContext(app.deps, "test"))).resealed).toBeGreaterThan(0);
    stale.mockRestore();
    expect(await stored()).not.toEqual(before);
    await tested(id);
    expect(calls[0]?.headers.get("x-hidden")).toBe("hidden value");
    expect((await resealKeys(systemContext(app.deps, "test"))).resealed).toBe(0);
    await ada.delete(`/admin/providers/${id}`);
    expect(await stored()).toEqual([]);
  });
});

describe("the provider's list of models", () => {
  const listed = async (id: string) =>
    read(await ada.get(`/admin/providers/${id}/models`), offeredModels);

  test("is asked for with its key", async () => {
    const { id } = await add();
    expect(await listed(id)).toEqual({
      items: [{ name: "small" }, { name: "large" }],
      nextCursor: null,
      error: null,
    });
    expect(calls.map(({ url, headers }) => [url, headers.get("authorization")])).toEqual([
      ["/v1/models", "Bearer sk-0123456789"],
    ]);
  });

  test("is asked for in Anthropic's format at its path", async () => {
    const { id } = await add({ kind: "anthropic", baseUrl: origin });
    expect((await listed(id)).items).toHaveLength(2);
    expect(calls.map(({ url, headers }) => [url, headers.get("x-api-key")])).toEqual([
      ["/v1/models", "sk-0123456789"],
    ]);
    expect(calls[0]?.headers.get("anthropic-version")).toBe("2023-06-01");
  });

  test("or why there is none is told", async () => {
    const { id } = await add();
    refuse = () => Response.json({ error: { message: "Bad sk-0123456789" } }, { status: 401 });
    expect(await listed(id)).toMatchObject({
      items: [],
      error: { code: "bad_key", vendorSentence: "Bad …" },
    });
  });

  test("the built-in provider has one", async () => {
    const rows = await app.deps.database.db.select().from(providers);
    const builtin = rows.find(({ origin }) => origin === "builtin");
    expect((await listed(builtin?.id ?? "")).items).toHaveLength(1);
  });
});

test("presets are listed, each once", async () => {
  const { items } = await read(await ada.get("/admin/provider-presets"), providerPresets);
  expect(items.map(({ id }) => id)).toContain("ollama");
  expect(items.find(({ id }) => id === "azure")).toMatchObject({ auth: "api-key", kind: "openai" });
});

const prices = { input: 1_000_000, cacheRead: 1, cacheWrite: 1, output: 2_000_000 };

describe("a refused parameter", () => {
  async function offer(change: object = {}) {
    const provider = await add(change);
    const response = await ada.post("/admin/models", {
      providerId: provider.id,
      name: "m",
      prices,
    });
    return { provider, model: await read(response, adminModel) };
  }
  const answer = async (modelId: string) => {
    const asked = await ask(ada, { modelId });
    return textOf(await readEvents(ada, asked.generationId));
  };
  const shown = async (id: string) => read(await ada.get(`/admin/models/${id}`), adminModel);
  const learned = (id: string) =>
    eventually("something is learned", async () => {
      const { learned } = await shown(id);
      return Object.keys(learned).length > 0 ? learned : undefined;
    });

  test("is paid for once: the answer comes, costs one call, and the next is asked right at once", async () => {
    const { model } = await offer();
    refuse = ({ body }) =>
      "max_tokens" in body ? refusal("Unsupported parameter", "max_tokens") : undefined;
    expect(await answer(model.id)).toBe("Fish.");
    expect(calls.map(({ body }) => "max_tokens" in body)).toEqual([true, false]);
    const rows = await app.deps.database.db
      .select()
      .from(ledger)
      .where(eq(ledger.modelId, model.id));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ inputTokens: 100, outputTokens: 10, costMicroUsd: 120 });
    expect(await learned(model.id)).toEqual({ outputLimit: "max_completion_tokens" });
    calls.length = 0;
    expect(await answer(model.id)).toBe("Fish.");
    expect(calls.map(({ body }) => "max_tokens" in body)).toEqual([false]);
    expect((await shown(model.id)).version).toBe(1);
  });

  test("that is refused for good costs nothing, and nothing is learned", async () => {
    const { model } = await offer();
    refuse = () => refusal("Unsupported parameter", "max_tokens");
    await answer(model.id);
    const [row] = await app.deps.database.db
      .select()
      .from(ledger)
      .where(eq(ledger.modelId, model.id))
      .orderBy(desc(ledger.id));
    expect(row).toMatchObject({ costMicroUsd: 0, status: "failed" });
    expect((await shown(model.id)).learned).toEqual({});
  });

  test("stated limits bound what is planned with", async () => {
    const { model } = await offer();
    refuse = ({ body }) =>
      Number(body.max_tokens) > 4_096
        ? refusal("This model's maximum context length is 8192 tokens.")
        : undefined;
    expect(await answer(model.id)).toBe("");
    expect(await learned(model.id)).toEqual({ contextWindow: 8_192 });
    const ctx = systemContext(app.deps, "test");
    expect(await chooseModel(ctx, model.id)).toMatchObject({ contextWindow: 8_192 });
    expect(await answer(model.id)).toBe("Fish.");
    const { db } = app.deps.database;
    await db
      .update(models)
      .set({ learned: { maxOutputTokens: 77 } })
      .where(eq(models.id, model.id));
    expect(await chooseModel(ctx, model.id)).toMatchObject({ maxOutputTokens: 77 });
  });

  test("is learned by a test of an offered model too", async () => {
    const { provider, model } = await offer();
    refuse = ({ body }) =>
      "stream_options" in body ? refusal("Unsupported", "stream_options") : undefined;
    expect((await tested(provider.id)).ok).toBe(true);
    expect(await learned(model.id)).toEqual({ includeUsage: false });
  });

  test("can be set by an admin, and what was learned be forgotten", async () => {
    const { provider, model } = await offer({ dialect: { outputLimit: "max_completion_tokens" } });
    await answer(model.id);
    expect(calls[0]?.body).toHaveProperty("max_completion_tokens");
    const learn = () =>
      app.deps.database.db
        .update(models)
        .set({ learned: { temperature: false } })
        .where(eq(models.id, model.id));
    await learn();
    await ada.patch(`/admin/models/${model.id}`, { displayName: "Mine" });
    expect((await shown(model.id)).learned).toEqual({ temperature: false });
    const forgotten = await ada.patch(`/admin/models/${model.id}`, { forgetLearned: true });
    expect((await read(forgotten, adminModel)).learned).toEqual({});
    for (const change of [
      { dialect: { includeUsage: false } },
      { headers: [] },
      { apiKey: "sk-of-another-account" },
      { baseUrl: `${origin}/v1?api-version=9`, apiKey: "sk-again-0123" },
    ]) {
      await learn();
      await patch(provider.id, change);
      expect((await shown(model.id)).learned).toEqual({});
    }
    await learn();
    expect((await patch(provider.id, { enabled: true })).dialect).toEqual({ includeUsage: false });
    expect((await shown(model.id)).learned).toEqual({ temperature: false });
    expect(
      (await ada.patch(`/admin/providers/${provider.id}`, { dialect: { odd: 1 } })).status,
    ).toBe(422);
  });
});

test.each([
  ["29 days", false],
  ["31 days", true],
])("what was learned %s ago is forgotten by the daily purge: %p", async (age, forgotten) => {
  const provider = await add();
  const body = { providerId: provider.id, name: "m", prices };
  const model = await read(await ada.post("/admin/models", body), adminModel);
  const { sql } = app.deps.database;
  const learned = async () => {
    const shown = await read(await ada.get(`/admin/models/${model.id}`), adminModel);
    return shown.learned;
  };
  const known = { temperature: false };
  await addLearned(app.deps.database.db, model.id, known);
  await purge(app.deps);
  expect(await learned()).toEqual(known);
  await sql`update models set learned_at = learned_at - ${age}::interval where id = ${model.id}`;
  await purge(app.deps);
  expect(await learned()).toEqual(forgotten ? {} : known);
  // Learned by an earlier release, which noted no time.
  await addLearned(app.deps.database.db, model.id, known);
  await sql`update models set learned_at = null, updated_at = now() - ${age}::interval where id = ${model.id}`;
  await purge(app.deps);
  expect(await learned()).toEqual(forgotten ? {} : known);
});

test("a model that spends the test's tokens on thinking has answered", async () => {
  const { id } = await add();
  refuse = () =>
    refusal("Could not finish the message because max_tokens or model output limit was reached.");
  expect(await tested(id)).toMatchObject({ ok: true, error: null, costMicroUsd: 0 });
  expect(calls[0]?.body).toMatchObject({ max_tokens: 1_024 });
});

test("a call that breaks off after thinking behind a lone tag is not booked as a whole answer", async () => {
  const { id } = await add();
  const said = "word ".repeat(60);
  const chunks = [
    '{"choices":[],"usage":{"prompt_tokens":100,"completion_tokens":1,"total_tokens":101}}',
    JSON.stringify({ choices: [{ delta: { content: `${said}</think>Fish.` } }] }),
  ];
  refuse = () =>
    new Response(chunks.map((chunk) => `data: ${chunk}\n\n`).join(""), {
      headers: { "content-type": "text/event-stream" },
    });
  const result = await tested(id);
  expect(result.error?.code).toBe("cut");
  expect(result.usage?.outputTokens).toBeGreaterThan(40);
});

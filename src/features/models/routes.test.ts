import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { anthropicServer } from "../../../test/providers/anthropic-server.ts";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { codeOf, read, readId, readProblem } from "../../../test/support/read.ts";
import { systemContext } from "../../platform/context.ts";
import { settings } from "../admin/schema.ts";
import { ledger } from "../metering/tables.ts";
import { chooseModel, modelNames, syncBuiltinProviders } from "../models/index.ts";
import {
  adminModel,
  adminModels,
  adminProvider,
  adminProviders,
  catalogue,
  modelChoices,
  providerTestResult,
} from "./schema.ts";
import { providers } from "./tables.ts";

const KEY = "sk-a-secret-that-nobody-sees";
const FREE = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 };
const server = anthropicServer();

let app: TestApp;
let ada: Person;

beforeAll(async () => {
  await server.start();
  app = await createTestApp({
    env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true", OPENAI_API_KEY: "sk-from-the-environment" },
  });
  ada = await app.person("Ada");
});
beforeEach(() => server.reset());
afterAll(async () => {
  await app.close();
  server.stop();
});

let count = 0;
async function add(change: object = {}) {
  const response = await ada.post("/admin/providers", {
    kind: "anthropic",
    name: `Provider ${++count}`,
    baseUrl: server.origin,
    apiKey: KEY,
    ...change,
  });
  if (response.status !== 201) throw new Error(await response.text());
  return read(response, adminProvider);
}

const runTest = async (providerId: string, body: object) =>
  read(await ada.post(`/admin/providers/${providerId}/test`, body), providerTestResult);

test("a key goes in and never comes out", async () => {
  const made = await add();
  expect(made).toMatchObject({ hasKey: true, keyHint: "sees", origin: "admin", enabled: true });
  const answers = await Promise.all(
    ["/admin/providers", `/admin/providers/${made.id}`, "/admin/audit", "/models"].map(
      async (path) => (await ada.get(path)).text(),
    ),
  );
  expect(answers.join()).not.toContain(KEY);
  const [row] = await app.deps.database.db
    .select()
    .from(providers)
    .where(eq(providers.id, made.id));
  expect(row?.sealedKey).not.toContain(KEY);
});

test("testing a provider makes a real call with its key, which the ledger books", async () => {
  server.apiKey = KEY;
  server.scenario = { text: "OK", usage: { inputTokens: 12, outputTokens: 3 } };
  const { id } = await add();
  const result = await runTest(id, { model: "claude-sonnet-5" });
  expect(result).toMatchObject({ ok: true, error: null, costMicroUsd: 12 * 2 + 3 * 10 });
  const rows = await app.deps.database.db
    .select()
    .from(ledger)
    .where(eq(ledger.model, "claude-sonnet-5"));
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ userId: ada.me.id, projectId: ada.me.personalProjectId });
});

test("a wrong key, an unknown model and an unreachable address are reported with a message, and cost nothing", async () => {
  server.apiKey = "another key";
  const { id } = await add();
  const badKey = await runTest(id, { model: "claude-sonnet-5" });
  expect(badKey).toMatchObject({
    ok: false,
    costMicroUsd: 0,
    error: { code: "bad_key", vendorSentence: "invalid x-api-key" },
  });
  server.reset();
  server.scenario = { fault: { kind: "unknown_model" } };
  const unknown = await runTest(id, { model: "claude-none" });
  expect(unknown).toMatchObject({ ok: false, costMicroUsd: 0, error: { code: "unknown_model" } });
  const deaf = await add({ baseUrl: "http://127.0.0.1:1" });
  const unreachable = await runTest(deaf.id, { model: "claude-sonnet-5" });
  expect(unreachable).toMatchObject({
    ok: false,
    error: { code: "unreachable", vendorSentence: null },
  });
  expect(unreachable.error?.detail).not.toContain("127.0.0.1");
});

test("a stored key is not used with a changed address", async () => {
  const { id } = await add();
  const moved = await ada.patch(`/admin/providers/${id}`, { baseUrl: "http://127.0.0.1:2" });
  expect((await readProblem(moved)).code).toBe("key_needed");
  const withKey = await ada.patch(`/admin/providers/${id}`, {
    baseUrl: "http://127.0.0.1:2",
    apiKey: "sk-another-secret-for-it",
  });
  expect(await read(withKey, adminProvider)).toMatchObject({ keyHint: "r-it", version: 2 });
});

test("disabling or removing a provider removes its models from the choices", async () => {
  const provider = await add();
  const modelId = await readId(
    await ada.post("/admin/models", { providerId: provider.id, name: "claude-haiku-4-5" }),
  );
  const offered = async () =>
    (await read(await ada.get("/models"), modelChoices)).items.some(({ id }) => id === modelId);
  const ctx = systemContext(app.deps, "test");
  expect(await offered()).toBe(true);
  await ada.patch(`/admin/providers/${provider.id}`, { enabled: false });
  expect(await offered()).toBe(false);
  await expect(chooseModel(ctx, modelId)).rejects.toMatchObject({ code: "model_not_available" });
  await ada.patch(`/admin/providers/${provider.id}`, { enabled: true });
  expect((await ada.delete(`/admin/providers/${provider.id}`)).status).toBe(204);
  expect(await offered()).toBe(false);
  const [row] = await app.deps.database.db
    .select()
    .from(providers)
    .where(eq(providers.id, provider.id));
  expect(row?.sealedKey).toBeNull();
});

test("a change based on an outdated version is refused", async () => {
  const { id } = await add();
  const path = `/admin/providers/${id}`;
  const change = (name: string) => ada.patch(path, { name }, { "if-match": '"v1"' });
  expect((await change("One")).status).toBe(200);
  expect(await codeOf(await change("Two"))).toBe("412 changed_meanwhile");
});

test("a provider from the environment can be disabled but neither changed nor removed", async () => {
  const { items } = await read(await ada.get("/admin/providers"), adminProviders);
  const openai = items.find(({ origin }) => origin === "environment");
  expect(items.find(({ origin }) => origin === "builtin")).toMatchObject({ hasKey: false });
  expect(
    await read(
      await ada.get(`/admin/providers/${(await add({ kind: "openai", apiKey: null })).id}`),
      adminProvider,
    ),
  ).toMatchObject({ hasKey: false });
  expect(openai).toMatchObject({ kind: "openai", hasKey: true, keyHint: null });
  const path = `/admin/providers/${openai?.id}`;
  expect((await readProblem(await ada.patch(path, { apiKey: "x" }))).code).toBe("provider_kept");
  expect((await readProblem(await ada.delete(path))).code).toBe("provider_kept");
  expect((await ada.patch(path, { enabled: false })).status).toBe(200);
  await syncBuiltinProviders(app.deps);
  expect(await read(await ada.get(path), adminProvider)).toMatchObject({ enabled: false });
  await ada.patch(path, { enabled: true });
});

test("concurrently starting processes make one of each provider and model", async () => {
  const before = await read(await ada.get("/admin/models"), adminModels);
  await Promise.all(Array.from({ length: 5 }, () => syncBuiltinProviders(app.deps)));
  const after = await read(await ada.get("/admin/models"), adminModels);
  expect(after.items).toEqual(before.items);
});

test("the catalogue describes and prices a known model; an unknown one needs prices", async () => {
  const { items } = await read(await ada.get("/admin/catalogue?kind=anthropic"), catalogue);
  const known = items.find(({ name }) => name === "claude-opus-4-7");
  expect(known).toMatchObject({ contextWindow: 1_000_000, images: true });
  expect(known?.prices.input).toBe(5_000_000);
  const provider = await add({ baseUrl: null });
  const post = (body: object) => ada.post("/admin/models", { providerId: provider.id, ...body });
  const made = await read(await post({ name: "claude-opus-4-7" }), adminModel);
  expect(made).toMatchObject({ displayName: "Claude Opus 4.7", prices: known?.prices });
  expect(made.priceVersion).toContain("genai-prices@");
  expect(await codeOf(await post({ name: "claude-opus-4-7" }))).toBe("409 already_exists");
  expect((await readProblem(await post({ name: "own-model" }))).code).toBe("prices_needed");
  const own = await read(await post({ name: "own-model", prices: FREE }), adminModel);
  expect(own.priceVersion).toMatch(/^admin \d{4}-\d\d-\d\d$/);
});

test("an admin's prices survive a restart, and can be reset to the catalogue's", async () => {
  const { items } = await read(await ada.get("/admin/models"), adminModels);
  const model = items.find(({ name }) => name === "gpt-6-sol");
  const path = `/admin/models/${model?.id}`;
  const mine = { input: 1, cacheRead: 2, cacheWrite: 3, output: 4 };
  await ada.patch(path, { prices: mine });
  await syncBuiltinProviders(app.deps);
  expect(await read(await ada.get(path), adminModel)).toMatchObject({ prices: mine });
  const back = await read(await ada.patch(path, { prices: null }), adminModel);
  expect(back.priceTiers).toEqual(model?.priceTiers ?? []);
  expect(back.priceTiers).toHaveLength(2);
});

test("the built-in model cannot be removed", async () => {
  const { items } = await read(await ada.get("/models"), modelChoices);
  const builtin = items.find(({ providerKind }) => providerKind === "excerpts");
  for (const response of [
    await ada.delete(`/admin/models/${builtin?.id}`),
    await ada.patch(`/admin/models/${builtin?.id}`, { enabled: false }),
  ])
    expect((await readProblem(response)).code).toBe("builtin_stays");
});

test("the workspace's default model answers where none was chosen; it must be enabled", async () => {
  const { items } = await read(await ada.get("/models"), modelChoices);
  expect(items.find(({ isDefault }) => isDefault)?.displayName).toBe("GPT-6 Sol");
  const other = items.find(({ displayName }) => displayName === "GPT-6 Luna");
  const change = { defaultModelId: other?.id };
  await read(await ada.patch("/admin/settings", change), settings);
  const now = await read(await ada.get("/models"), modelChoices);
  expect(now.items.filter(({ isDefault }) => isDefault).map(({ id }) => id)).toEqual([
    other?.id ?? "",
  ]);
  const none = await ada.patch("/admin/settings", { defaultModelId: Bun.randomUUIDv7() });
  expect((await readProblem(none)).code).toBe("model_not_available");
  await ada.patch("/admin/settings", { defaultModelId: null });
});

test("an admin opens and closes sign-up, overriding the configuration", async () => {
  await ada.patch("/admin/settings", { signUpOpen: false });
  const account = { name: "Zoe", email: "zoe@example.com", password: "a long enough password" };
  const refused = await app.anonymous.post("/auth/sign-up", account);
  expect((await readProblem(refused)).code).toBe("sign_up_closed");
  const response = await ada.get("/admin/settings");
  const seen = response.headers.get("etag") ?? "";
  expect(await read(response, settings)).toMatchObject({ signUpOpen: false });
  const back = await ada.patch("/admin/settings", { signUpOpen: null }, { "if-match": seen });
  expect(await read(back, settings)).toMatchObject({ signUpOpen: true, signUpOpenSet: null });
  const late = await ada.patch("/admin/settings", { signUpOpen: false }, { "if-match": seen });
  expect(late.status).toBe(412);
  expect((await app.anonymous.post("/auth/sign-up", account)).status).toBe(201);
});

test("models are named by their ids, each once", async () => {
  const ctx = systemContext(app.deps, "test");
  const [builtIn] = (await read(await ada.get("/models"), modelChoices)).items;
  const id = builtIn?.id ?? "";
  const unknown = app.deps.ids.next();
  const names = [...(await modelNames(ctx, [id, unknown, id]))];
  expect(names).toEqual([[id, builtIn?.displayName ?? ""]]);
  expect([...(await modelNames(ctx, []))]).toEqual([]);
});

import { afterAll, afterEach, beforeAll, describe, expect, spyOn, test } from "bun:test";
import { and, asc, eq } from "drizzle-orm";
import { openAiServer } from "../../../test/providers/openai-server.ts";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { newThread } from "../../../test/support/generation.ts";
import { read, readProblem } from "../../../test/support/read.ts";
import { systemContext } from "../../platform/context.ts";
import { createLogger } from "../../platform/observability/logger.ts";
import { auditLog } from "../audit/index.ts";
import { resealKeys } from "./reseal-keys.ts";
import { adminModel, adminProvider, modelChoices, providerTestResult } from "./schema.ts";
import { providers } from "./tables.ts";

const lines: string[] = [];
const server = openAiServer();
let app: TestApp;
let ada: Person;
beforeAll(async () => {
  server.start();
  app = await createTestApp({
    env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true", ANTHROPIC_API_KEY: "sk-of-the-environment" },
    deps: { logger: createLogger("warn", { write: (line: string) => void lines.push(line) }) },
  });
  ada = await app.person("Ada");
});
afterEach(() => {
  lines.length = 0;
  server.reset();
});
afterAll(async () => {
  await app.close();
  server.stop();
});

const codeOf = async (response: Response) => {
  const { status, code, errors } = await readProblem(response);
  return [`${status} ${code}`, ...(errors ?? []).map(({ path }) => path)].join(" ");
};

let count = 0;
const input = (change: object = {}) => ({
  kind: "openai",
  name: `Provider ${++count}`,
  baseUrl: `${server.origin}/v1`,
  apiKey: server.apiKey ?? "test-key",
  ...change,
});
const add = async (change: object = {}) =>
  read(await ada.post("/admin/providers", input(change)), adminProvider);

const recorded = async (id: string) => {
  const rows = await app.deps.database.db
    .select({ action: auditLog.action, detail: auditLog.detail, kind: auditLog.targetKind })
    .from(auditLog)
    .where(and(eq(auditLog.targetId, id)))
    .orderBy(asc(auditLog.id));
  return rows;
};

describe("a provider", () => {
  test("is shown with all its fields and without its key, and each change is recorded without it", async () => {
    const response = await ada.post("/admin/providers", {
      kind: "openai",
      name: "Own",
      baseUrl: "http://localhost:1/v1",
      apiKey: "sk-0123456789-abcd",
    });
    expect(response.status).toBe(201);
    const made = await read(response, adminProvider);
    expect(made).toEqual({
      id: made.id,
      kind: "openai",
      name: "Own",
      baseUrl: "http://localhost:1/v1",
      origin: "admin",
      enabled: true,
      hasKey: true,
      keyHint: "abcd",
      auth: null,
      headers: [],
      dialect: {},
      version: 1,
      createdAt: made.createdAt,
    });
    const path = `/admin/providers/${made.id}`;
    const renamed = await read(
      await ada.patch(path, { name: "Ours", enabled: false }),
      adminProvider,
    );
    expect(renamed).toEqual({ ...made, name: "Ours", enabled: false, version: 2 });
    const moved = { baseUrl: "http://localhost:2/v1", apiKey: "sk-short" };
    expect(await read(await ada.patch(path, moved), adminProvider)).toEqual({
      ...renamed,
      baseUrl: "http://localhost:2/v1",
      keyHint: null,
      version: 3,
    });
    expect(await read(await ada.patch(path, { apiKey: null }), adminProvider)).toMatchObject({
      hasKey: false,
      keyHint: null,
    });
    expect((await ada.delete(path)).status).toBe(204);
    expect(await codeOf(await ada.get(path))).toBe("404 provider_not_found");
    expect(await recorded(made.id)).toEqual([
      {
        action: "provider.created",
        kind: "provider",
        detail: { kind: "openai", baseUrl: "http://localhost:1/v1" },
      },
      {
        action: "provider.updated",
        kind: "provider",
        detail: { changed: ["name", "enabled"], enabled: false },
      },
      {
        action: "provider.updated",
        kind: "provider",
        detail: { changed: ["baseUrl", "apiKey"], baseUrl: "http://localhost:2/v1" },
      },
      { action: "provider.updated", kind: "provider", detail: { changed: ["apiKey"] } },
      { action: "provider.deleted", kind: "provider", detail: { name: "Ours" } },
    ]);
  });

  test("loses its key when it is deleted", async () => {
    const { id } = await add();
    await ada.delete(`/admin/providers/${id}`);
    const [row] = await app.deps.database.db.select().from(providers).where(eq(providers.id, id));
    expect(row).toMatchObject({ sealedKey: null, keyHint: null });
  });

  test("shows four characters of a key of sixteen, none of a shorter one", async () => {
    expect((await add({ apiKey: "0123456789abcdef" })).keyHint).toBe("cdef");
    expect((await add({ apiKey: "0123456789abcde" })).keyHint).toBeNull();
  });

  test("is refused with a code", async () => {
    const made = await add();
    const path = `/admin/providers/${made.id}`;
    const missing = `/admin/providers/${Bun.randomUUIDv7()}`;
    const stale = { "if-match": '"1"' };
    await ada.patch(path, { name: "Newer" });
    expect(await codeOf(await ada.post("/admin/providers", input({ name: "Newer" })))).toStartWith(
      "409 ",
    );
    expect(await codeOf(await ada.patch(path, { name: "Late" }, stale))).toBe(
      "412 changed_meanwhile",
    );
    expect(await codeOf(await ada.patch(path, { baseUrl: "http://localhost:9/v1" }))).toBe(
      "422 key_needed apiKey",
    );
    expect(await codeOf(await ada.patch(missing, { name: "x" }))).toBe("404 provider_not_found");
    expect(await codeOf(await ada.delete(missing))).toBe("404 provider_not_found");
    expect(await codeOf(await ada.post(`${missing}/test`, {}))).toBe("404 provider_not_found");
    expect(await codeOf(await ada.post(`${path}/test`, {}))).toBe("422 model_needed model");
    for (const bad of [{ baseUrl: "http://a@b/" }, { apiKey: "with space" }, { kind: "excerpts" }])
      expect(await codeOf(await ada.post("/admin/providers", input(bad)))).toStartWith("422 ");
  });

  test("keeps its key when the address stays, and needs none where it had none", async () => {
    const made = await add();
    const same = await ada.patch(`/admin/providers/${made.id}`, { baseUrl: made.baseUrl });
    expect(await read(same, adminProvider)).toMatchObject({ hasKey: true });
    const open = await add({ apiKey: null });
    const moved = await ada.patch(`/admin/providers/${open.id}`, {
      baseUrl: "http://localhost:9/v1",
    });
    expect(await read(moved, adminProvider)).toMatchObject({ hasKey: false, version: 2 });
  });

  test("of the environment or built in can be disabled at most, the built-in one not even that", async () => {
    const { db } = app.deps.database;
    const rows = await db.select().from(providers);
    const environment = rows.find(({ origin }) => origin === "environment");
    const builtin = rows.find(({ origin }) => origin === "builtin");
    const path = `/admin/providers/${environment?.id}`;
    for (const [response, code] of [
      [await ada.patch(path, { apiKey: "sk-other" }), "409 provider_kept"],
      [await ada.patch(path, { baseUrl: "http://localhost:9" }), "409 provider_kept"],
      [await ada.delete(path), "409 provider_kept"],
      [await ada.patch(`/admin/providers/${builtin?.id}`, { enabled: false }), "409 provider_kept"],
      [await ada.delete(`/admin/providers/${builtin?.id}`), "409 provider_kept"],
    ] as const)
      expect(await codeOf(response)).toBe(code);
    expect(await read(await ada.patch(path, { enabled: false }), adminProvider)).toMatchObject({
      enabled: false,
      hasKey: true,
      keyHint: null,
    });
    await ada.patch(path, { enabled: true });
  });
});

describe("a model", () => {
  const PRICES = { input: 1_000, cacheRead: 100, cacheWrite: 1_250, output: 5_000 };
  const model = (providerId: string, change: object = {}) => ({
    providerId,
    name: `model-${++count}`,
    prices: PRICES,
    ...change,
  });

  test("is shown with what was entered, and each change is recorded", async () => {
    const { id: providerId } = await add();
    const entered = {
      displayName: "Own model",
      contextWindow: 9_000,
      maxOutputTokens: 900,
      images: true,
      reasoning: true,
    };
    const given = model(providerId, entered);
    const response = await ada.post("/admin/models", given);
    expect(response.status).toBe(201);
    const made = await read(response, adminModel);
    expect(made).toEqual({
      id: made.id,
      ...given,
      ...entered,
      priceTiers: [{ aboveInputTokens: 0, prices: PRICES }],
      priceVersion: `admin ${app.deps.clock.now().toISOString().slice(0, 10)}`,
      learned: {},
      enabled: true,
      version: 1,
      createdAt: made.createdAt,
    });
    const path = `/admin/models/${made.id}`;
    const dearer = { ...PRICES, output: 6_000 };
    const changed = await ada.patch(path, { displayName: "Dear", enabled: false, prices: dearer });
    expect(await read(changed, adminModel)).toEqual({
      ...made,
      displayName: "Dear",
      enabled: false,
      prices: dearer,
      priceTiers: [{ aboveInputTokens: 0, prices: dearer }],
      version: 2,
    });
    expect((await ada.delete(path)).status).toBe(204);
    expect(await recorded(made.id)).toEqual([
      {
        action: "model.created",
        kind: "model",
        detail: { name: made.name, priceVersion: made.priceVersion },
      },
      {
        action: "model.updated",
        kind: "model",
        detail: {
          changed: ["displayName", "enabled"],
          enabled: false,
          prices: [{ aboveInputTokens: 0, prices: dearer }],
          priceVersion: made.priceVersion,
        },
      },
      { action: "model.deleted", kind: "model", detail: { name: made.name } },
    ]);
  });

  test("that the catalogue does not know gets its name, a modest window and no capabilities", async () => {
    const { id: providerId } = await add();
    const made = await read(await ada.post("/admin/models", model(providerId)), adminModel);
    expect(made).toMatchObject({
      displayName: made.name,
      contextWindow: 128_000,
      images: false,
      reasoning: false,
    });
    expect(made.maxOutputTokens).toBeWithin(1, 128_001);
  });

  test("is refused with a code", async () => {
    const { id: providerId } = await add();
    const made = await read(await ada.post("/admin/models", model(providerId)), adminModel);
    const path = `/admin/models/${made.id}`;
    const missing = `/admin/models/${Bun.randomUUIDv7()}`;
    await ada.patch(path, { displayName: "Newer" });
    const post = (body: object) => ada.post("/admin/models", body);
    for (const [response, code] of [
      [await post(model(Bun.randomUUIDv7())), "404 provider_not_found"],
      [await post(model(providerId, { prices: undefined })), "422 prices_needed prices"],
      [await ada.patch(path, { prices: null }), "422 prices_needed prices"],
      [await ada.patch(path, { displayName: "x" }, { "if-match": '"1"' }), "412 changed_meanwhile"],
      [await ada.patch(missing, { enabled: false }), "404 model_not_found"],
      [await ada.get(missing), "404 model_not_found"],
      [await ada.delete(missing), "404 model_not_found"],
    ] as const)
      expect(await codeOf(response)).toBe(code);
    expect(await codeOf(await post(model(providerId, { name: made.name })))).toStartWith("409 ");
    const { items } = await read(await ada.get("/models"), modelChoices);
    const builtin = items.find(({ providerKind }) => providerKind === "excerpts");
    const [row] = await app.deps.database.db
      .select()
      .from(providers)
      .where(eq(providers.origin, "builtin"));
    expect(await codeOf(await post(model(row?.id ?? "")))).toBe("409 builtin_stays");
    expect(await codeOf(await ada.delete(`/admin/models/${builtin?.id}`))).toBe(
      "409 builtin_stays",
    );
  });

  test("is chosen from with its prices, and no longer when it or its provider is disabled or gone", async () => {
    const provider = await add();
    const given = model(provider.id, { contextWindow: 9_000, maxOutputTokens: 900 });
    const made = await read(await ada.post("/admin/models", given), adminModel);
    const choice = async () =>
      (await read(await ada.get("/models"), modelChoices)).items.find(({ id }) => id === made.id);
    const shown = {
      id: made.id,
      displayName: made.name,
      providerName: provider.name,
      providerKind: "openai",
      contextWindow: 9_000,
      maxOutputTokens: 900,
      images: false,
      reasoning: false,
      prices: PRICES,
      isDefault: false,
    } as const;
    expect(await choice()).toEqual(shown);
    for (const path of [`/admin/models/${made.id}`, `/admin/providers/${provider.id}`]) {
      await ada.patch(path, { enabled: false });
      expect(await choice()).toBeUndefined();
      await ada.patch(path, { enabled: true });
      expect(await choice()).toEqual(shown);
    }
    await ada.delete(`/admin/providers/${provider.id}`);
    expect(await choice()).toBeUndefined();
  });
});

describe("a key that can no longer be decrypted", () => {
  const spoil = (id: string) =>
    app.deps.database.db
      .update(providers)
      .set({ sealedKey: app.deps.secrets.seal("sk-x", "another purpose") })
      .where(eq(providers.id, id));

  test("refuses a question and fails a test with a code, and is logged by its provider's id", async () => {
    const { id } = await add();
    const given = {
      providerId: id,
      name: "m",
      prices: { input: 1, cacheRead: 1, cacheWrite: 1, output: 1 },
    };
    const made = await read(await ada.post("/admin/models", given), adminModel);
    await spoil(id);
    const threadId = await newThread(ada);
    const asked = await ada.post(`/threads/${threadId}/messages`, { text: "Hi", modelId: made.id });
    expect(await codeOf(asked)).toBe("409 provider_unusable");
    const tested = await read(
      await ada.post(`/admin/providers/${id}/test`, {}),
      providerTestResult,
    );
    expect(tested).toMatchObject({
      ok: false,
      costMicroUsd: 0,
      error: { code: "provider_unusable" },
    });
    const told = lines.filter((line) => line.includes("provider key cannot be decrypted"));
    expect(told.map((line): unknown => JSON.parse(line))).toMatchObject([
      { level: "error", providerId: id },
      { level: "error", providerId: id },
    ]);
  });

  test("is named when keys are encrypted anew, and does not keep the others from it", async () => {
    const lost = await add({ name: "Lost" });
    await add({ name: "Sound" });
    await spoil(lost.id);
    const stale = spyOn(app.deps.secrets, "isFresh").mockReturnValue(false);
    const report = await resealKeys(systemContext(app.deps, "test"));
    stale.mockRestore();
    expect(report.lost).toContain("Lost");
    expect(report.lost).not.toContain("Sound");
    expect(report.resealed).toBeGreaterThan(0);
    const [row] = await app.deps.database.db
      .select({ detail: auditLog.detail })
      .from(auditLog)
      .where(eq(auditLog.action, "provider.keys_resealed"));
    expect(row?.detail).toEqual({ resealed: report.resealed, lost: report.lost.length });
  });
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { readId } from "../../../test/support/read.ts";
import { type Ctx, systemContext } from "../../platform/context.ts";
import { chooseModel, isOffered, listModels } from "./choose-model.ts";

const PRICES = { input: 3, cacheRead: 0, cacheWrite: 4, output: 15 };
let app: TestApp;
let ada: Person;
let ctx: Ctx;
let first: string;
let second: string;
beforeAll(async () => {
  app = await createTestApp({ env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true" } });
  ada = await app.person("Ada");
  ctx = systemContext(app.deps, "test");
});
afterAll(() => app.close());

async function connect(name: string): Promise<string> {
  const baseUrl = "http://127.0.0.1:9/v1";
  const provider = { kind: "openai", name, baseUrl, apiKey: "sk-test-key-of-some-length" };
  const providerId = await readId(await ada.post("/admin/providers", provider));
  const model = { providerId, name: "gpt-test", prices: PRICES, contextWindow: 32_000 };
  return readId(await ada.post("/admin/models", model));
}
const chosen = async (id: string | null) => (await chooseModel(ctx, id)).id;
const defaults = async () =>
  (await listModels(ctx)).filter(({ isDefault }) => isDefault).map(({ id }) => id);

test("without a provider the built-in model answers", async () => {
  expect(await chooseModel(ctx, null)).toMatchObject({ providerKind: "excerpts" });
});

test("else the oldest model of a provider, until the workspace has chosen one", async () => {
  [first, second] = [await connect("One"), await connect("Two")];
  expect([await chosen(null), await defaults()]).toEqual([first, [first]]);
  await ada.patch("/admin/settings", { defaultModelId: second });
  expect([await chosen(null), await defaults()]).toEqual([second, [second]]);
  expect(await chosen(first)).toBe(first);
});

test("a chosen one that is disabled is not offered, and the oldest answers again", async () => {
  expect(await isOffered(ctx, second)).toBe(true);
  await ada.patch(`/admin/models/${second}`, { enabled: false });
  expect(await isOffered(ctx, second)).toBe(false);
  expect(await isOffered(ctx, Bun.randomUUIDv7())).toBe(false);
  expect(await chosen(null)).toBe(first);
  await expect(chooseModel(ctx, second)).rejects.toMatchObject({
    status: 422,
    code: "model_not_available",
  });
});

test("a model comes with what calling and pricing it takes", async () => {
  expect(await chooseModel(ctx, first)).toMatchObject({
    id: first,
    providerKind: "openai",
    providerName: "One",
    provider: { name: "One", baseUrl: "http://127.0.0.1:9/v1" },
    name: "gpt-test",
    contextWindow: 32_000,
    learned: {},
    prices: PRICES,
    priceTable: { tiers: [{ aboveInputTokens: 0, prices: PRICES }] },
  });
});

test("where nothing is left, nothing answers", async () => {
  await app.deps.database.sql`update models set enabled = false`;
  await expect(chooseModel(ctx, null)).rejects.toMatchObject({ code: "model_not_available" });
});

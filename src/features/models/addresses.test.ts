import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { read, readProblem } from "../../../test/support/read.ts";
import { systemContext } from "../../platform/context.ts";
import { ProviderError } from "../../providers/index.ts";
import { chooseModel, openAdapter } from "../models/index.ts";
import { adminModel, adminProvider, offeredModels, providerTestResult } from "./schema.ts";
import { providers } from "./tables.ts";

let app: TestApp;
let ada: Person;
let calls = 0;
/** Requests that would have gone to vendors. */
const sent: { url: string; body: unknown }[] = [];
const inside = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: () => {
    calls++;
    return new Response("inside");
  },
});

beforeAll(async () => {
  const vendor = async (url: string | URL | Request, init?: RequestInit) => {
    sent.push({ url: String(url), body: JSON.parse(String(init?.body)) });
    return Response.json(
      { type: "error", error: { type: "authentication_error" } },
      { status: 401 },
    );
  };
  app = await createTestApp({ deps: { fetch: Object.assign(vendor, { preconnect() {} }) } });
  ada = await app.person("Ada");
}, 30_000);
afterAll(async () => {
  await inside.stop(true);
  await app.close();
});

test("an admin cannot connect a provider in the network that Atelier runs in", async () => {
  for (const baseUrl of [
    `http://127.0.0.1:${inside.port}`,
    `http://localhost:${inside.port}/v1`,
    "http://169.254.169.254/latest",
    "http://[::1]:3000",
    "http://2130706433/",
  ]) {
    const response = await ada.post("/admin/providers", { kind: "openai", name: "In", baseUrl });
    expect((await readProblem(response)).code).toBe("address_not_allowed");
  }
  for (const baseUrl of [
    "gopher://8.8.8.8/",
    "https://user:secret@8.8.8.8/v1",
    "https://8.8.8.8/v1?key=secret",
    "not an address",
  ]) {
    const response = await ada.post("/admin/providers", { kind: "openai", name: "In", baseUrl });
    expect((await readProblem(response)).code).toBe("validation_failed");
  }
});

test("a provider cannot be moved into that network, nor its models be listed there", async () => {
  const made = await ada.post("/admin/providers", { kind: "anthropic", name: "Mover" });
  const { id } = await read(made, adminProvider);
  const baseUrl = `http://127.0.0.1:${inside.port}/v1`;
  const moved = await ada.patch(`/admin/providers/${id}`, { baseUrl });
  expect((await readProblem(moved)).code).toBe("address_not_allowed");
  await app.deps.database.db.update(providers).set({ baseUrl }).where(eq(providers.id, id));
  const listed = await ada.get(`/admin/providers/${id}/models`);
  expect(await read(listed, offeredModels)).toMatchObject({
    items: [],
    error: { code: "address_not_allowed" },
  });
  expect(calls).toBe(0);
});

test("an address stored while it was allowed is not called any more", async () => {
  const row = {
    id: Bun.randomUUIDv7(),
    kind: "openai" as const,
    name: "Old",
    baseUrl: `http://127.0.0.1:${inside.port}/v1`,
    origin: "admin" as const,
  };
  await app.deps.database.db.insert(providers).values(row);
  const result = await read(
    await ada.post(`/admin/providers/${row.id}/test`, { model: "m" }),
    providerTestResult,
  );
  expect(result).toMatchObject({ ok: false, error: { code: "address_not_allowed" } });
  const prices = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 };
  const model = await read(
    await ada.post("/admin/models", { providerId: row.id, name: "m", prices }),
    adminModel,
  );
  const ctx = systemContext(app.deps, "test");
  const chosen = await chooseModel(ctx, model.id);
  const provider = openAdapter(ctx, chosen.provider, chosen);
  const call = provider.stream(
    { model: "m", system: [], messages: [], sources: [], maxOutputTokens: 8 },
    { signal: AbortSignal.timeout(15_000), idleTimeoutMs: 10_000 },
  );
  const failure = await Array.fromAsync(call).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ProviderError);
  expect(calls).toBe(0);
}, 20_000);

test("a vendor's key is tested at the vendor's own address with a cheap model", async () => {
  const made = await ada.post("/admin/providers", {
    kind: "anthropic",
    name: "Anthropic",
    apiKey: "sk-ant-mistyped",
  });
  const { id } = await read(made, adminProvider);
  const result = await read(await ada.post(`/admin/providers/${id}/test`, {}), providerTestResult);
  expect(result).toMatchObject({ ok: false, costMicroUsd: 0, error: { code: "bad_key" } });
  expect(sent).toMatchObject([
    { url: "https://api.anthropic.com/v1/messages", body: { model: "claude-haiku-4-5" } },
  ]);
  const elsewhere = await ada.post("/admin/providers", {
    kind: "openai",
    name: "Elsewhere",
    baseUrl: "https://8.8.8.8/v1",
  });
  const other = await read(elsewhere, adminProvider);
  const unnamed = await ada.post(`/admin/providers/${other.id}/test`, {});
  expect((await readProblem(unnamed)).code).toBe("model_needed");
});

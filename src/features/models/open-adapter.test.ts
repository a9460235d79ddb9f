import { afterAll, beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";
import { anthropicServer } from "../../../test/providers/anthropic-server.ts";
import { aCall, aRequest, collect } from "../../../test/providers/contract.ts";
import { createTestApp, type TestApp } from "../../../test/support/app.ts";
import { connectServer } from "../../../test/support/generation.ts";
import { type Ctx, systemContext } from "../../platform/context.ts";
import { openAdapter } from "./open-adapter.ts";
import { findModel } from "./repo.ts";
import { providers } from "./tables.ts";

const server = anthropicServer();
let app: TestApp;
let ctx: Ctx;
let modelId: string;
beforeAll(async () => {
  server.start();
  app = await createTestApp({ env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true" } });
  ctx = systemContext(app.deps, "test");
  modelId = await connectServer(app, server, "anthropic");
});
afterAll(async () => {
  await app.close();
  server.stop();
});

async function opened(options: { retry?: false } = {}) {
  const found = await findModel(ctx.db, modelId);
  if (found === undefined) throw new Error("There is no model");
  const { provider, model } = found;
  const adapter = openAdapter(ctx, provider, model, options);
  return { provider, ask: () => collect(adapter.stream(aRequest(), aCall())) };
}
const retries = async (provider: string) => {
  const { values } = await app.deps.metrics.providerRetries.get();
  return values.find(({ labels }) => labels.provider === provider)?.value ?? 0;
};

test("a call that is asked again is counted for its provider; without retries it fails at once", async () => {
  const { provider, ask } = await opened();
  server.queue({ fault: { kind: "overloaded", status: 529 } });
  expect((await ask()).text).not.toBe("");
  expect(await retries(provider.name)).toBe(1);
  server.queue({ fault: { kind: "overloaded", status: 529 } });
  const once = await opened({ retry: false });
  await expect(once.ask()).rejects.toMatchObject({ code: "overloaded" });
  expect(await retries(provider.name)).toBe(1);
});

test("a provider without a key is called without one, one whose key cannot be decrypted is not called", async () => {
  const { db } = app.deps.database;
  const { provider } = await opened();
  const set = (sealedKey: string | null) =>
    db.update(providers).set({ sealedKey }).where(eq(providers.id, provider.id));
  await set(null);
  expect((await (await opened()).ask()).text).not.toBe("");
  await set("gone.AAAA.AAAA.AAAA");
  await expect(opened()).rejects.toMatchObject({ status: 409, code: "provider_unusable" });
});

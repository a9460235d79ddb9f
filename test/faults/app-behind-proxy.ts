import type { openAiServer } from "../providers/openai-server.ts";
import { createTestApp } from "../support/app.ts";
import { createTestDatabase } from "../support/database.ts";
import { proxyTo } from "../support/database-proxy.ts";
import { connectServer } from "../support/generation.ts";

/** An application whose database connections can be cut, with a model of the given provider. */
export async function openAppBehindProxy(provider: ReturnType<typeof openAiServer>) {
  provider.start();
  const database = await createTestDatabase();
  const proxy = await proxyTo(database.url);
  const app = await createTestApp({
    databaseUrl: proxy.url,
    env: { ATELIER_PROVIDER_PRIVATE_HOSTS: "true" },
  });
  const ada = await app.person("Ada");
  const modelId = await connectServer(app, provider, "openai");
  return {
    app,
    ada,
    proxy,
    modelId,
    /** Restores what a test has changed: no cuts, and a plain answer. */
    reset() {
      proxy.onSend = undefined;
      provider.scenario = { text: "An answer." };
    },
    async close() {
      await app.close();
      await proxy.close();
      await database.drop();
      provider.stop();
    },
  };
}

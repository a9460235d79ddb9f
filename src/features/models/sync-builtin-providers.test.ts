import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { read } from "../../../test/support/read.ts";
import { adminModels, adminProviders } from "./schema.ts";

let app: TestApp;
let ada: Person;
/** Requests that would have gone to vendors: where to, and with which key. */
const sent: { host: string; key: string | null }[] = [];

beforeAll(async () => {
  const vendor = async (url: string | URL | Request, init?: RequestInit) => {
    const headers = new Headers(init?.headers);
    const key = ["x-api-key", "x-goog-api-key", "authorization"]
      .map((name) => headers.get(name))
      .find((value) => value !== null);
    sent.push({ host: new URL(String(url)).host, key: key ?? null });
    return new Response("", { status: 401 });
  };
  app = await createTestApp({
    env: { ANTHROPIC_API_KEY: "sk-a", OPENAI_API_KEY: "sk-o", GEMINI_API_KEY: "sk-g" },
    deps: { fetch: Object.assign(vendor, { preconnect() {} }) },
  });
  ada = await app.person("Ada");
}, 30_000);
afterAll(() => app.close());

test.each([
  ["anthropic", "Anthropic", "api.anthropic.com", "sk-a"],
  ["google", "Google", "generativelanguage.googleapis.com", "sk-g"],
  ["openai", "OpenAI", "api.openai.com", "Bearer sk-o"],
])(
  "a key for %s in the environment offers its models, priced, at its own address",
  async (kind, name, host, key) => {
    const { items } = await read(await ada.get("/admin/providers"), adminProviders);
    const provider = items.find((row) => row.kind === kind);
    expect(provider).toMatchObject({ name, origin: "environment", hasKey: true, enabled: true });
    const models = (await read(await ada.get("/admin/models"), adminModels)).items;
    const own = models.filter(({ providerId }) => providerId === provider?.id);
    expect(own).toHaveLength(3);
    for (const { prices, contextWindow } of own) {
      expect(prices.output).toBeGreaterThan(0);
      expect(contextWindow).toBeGreaterThanOrEqual(128_000);
    }
    sent.length = 0;
    await ada.post(`/admin/providers/${provider?.id}/test`, {});
    expect(sent).toEqual([{ host, key }]);
  },
);

import { expect, test } from "bun:test";
import { type AdapterSettings, listOfferedModels } from "./index.ts";

/** Where a provider of these settings is asked for its models, and with which headers. */
async function asked(settings: Omit<AdapterSettings, "fetch">) {
  const calls: { url: string; headers: Record<string, string> }[] = [];
  const names = await listOfferedModels({
    ...settings,
    fetch: async (url, init) => {
      calls.push({ url, headers: Object.fromEntries(new Headers(init.headers)) });
      return Response.json({ data: [{ id: "one" }] });
    },
  });
  return { names, calls };
}

test.each([
  ["anthropic", "https://api.anthropic.com/v1/models", { "x-api-key": "k" }],
  ["google", "https://generativelanguage.googleapis.com/v1beta/models", { "x-goog-api-key": "k" }],
  ["openai", "https://api.openai.com/v1/models", { authorization: "Bearer k" }],
] as const)(
  "%s is asked for its models at its own address, with its key",
  async (kind, url, headers) => {
    const { names, calls } = await asked({ kind, apiKey: "k" });
    expect(names).toEqual(["one"]);
    expect(calls).toMatchObject([{ url, headers }]);
  },
);

test.each([
  ["anthropic", "https://x.example", "https://x.example/v1/models"],
  ["google", "https://x.example", "https://x.example/v1beta/models"],
  ["openai", "https://x.example/v1", "https://x.example/v1/models"],
] as const)(
  "%s at an address of an admin's is asked there, with their headers",
  async (kind, baseUrl, url) => {
    const { calls } = await asked({ kind, baseUrl, apiKey: "k", headers: { "x-team": "a" } });
    expect(calls).toMatchObject([{ url, headers: { "x-team": "a" } }]);
  },
);

test("the built-in provider has one model, and is not asked", async () => {
  const { names, calls } = await asked({ kind: "excerpts" });
  expect([names, calls]).toEqual([["excerpts"], []]);
});

import { describe, expect, test } from "bun:test";
import { listModels, lookupModel, pricesFor, worstPrices } from "./index.ts";

const dollars = (usd: number) => usd * 1_000_000;

describe("the catalogue of models", () => {
  test("knows a model's window, its abilities and its prices in micro-USD per million tokens", async () => {
    const model = await lookupModel({ kind: "anthropic" }, "claude-opus-4-7");
    expect(model).toMatchObject({
      contextWindow: 1_000_000,
      images: true,
      thinking: true,
      maxOutputTokens: 128_000,
    });
    expect(model && pricesFor(model.prices, 1000)).toEqual({
      input: dollars(5),
      cacheRead: dollars(0.5),
      cacheWrite: dollars(6.25),
      output: dollars(25),
    });
  });

  test("says where a price is from, and since when it is valid", async () => {
    const model = await lookupModel({ kind: "openai" }, "o3", new Date("2026-01-01"));
    expect(model?.prices.source).toMatch(/^genai-prices@\d+\.\d+\.\d+ openai\/o3 from 2025-06-10$/);
  });

  test("takes the price that was valid at the time", async () => {
    const before = await lookupModel({ kind: "openai" }, "o3", new Date("2025-06-09T23:59:59Z"));
    const after = await lookupModel({ kind: "openai" }, "o3", new Date("2025-06-10T00:00:01Z"));
    expect(before && pricesFor(before.prices, 1).output).toBe(dollars(40));
    expect(after && pricesFor(after.prices, 1).output).toBe(dollars(8));
    expect(before?.prices.source).not.toContain("from");
  });

  test("prices a long call at its tier and a hold at the most expensive one", async () => {
    const model = await lookupModel({ kind: "anthropic" }, "claude-sonnet-4-5");
    if (!model) throw new Error("not in the catalogue");
    expect(pricesFor(model.prices, 200_000).input).toBe(dollars(3));
    expect(pricesFor(model.prices, 200_001).input).toBe(dollars(6));
    expect(pricesFor(model.prices, 0).output).toBe(dollars(15));
    expect(worstPrices(model.prices)).toEqual({
      input: dollars(6),
      cacheRead: dollars(0.6),
      cacheWrite: dollars(7.5),
      output: dollars(22.5),
    });
    expect(worstPrices(model.prices, 150_000).input).toBe(dollars(3));
  });

  test("bills cache reads as input where the vendor has no price for them", async () => {
    const model = await lookupModel({ kind: "openai" }, "gpt-4-turbo");
    const prices = model && pricesFor(model.prices, 1);
    expect(prices?.cacheRead).toBe(dollars(10));
  });

  test("has no price for a self-hosted model, whatever its name, unless told whose prices apply", async () => {
    const baseUrl = "http://127.0.0.1:11434/v1";
    expect(await lookupModel({ kind: "openai", baseUrl }, "gpt-oss-20b")).toBeUndefined();
    const gateway = { kind: "openai" as const, baseUrl, vendor: "openai" };
    expect((await lookupModel(gateway, "gpt-4.1"))?.contextWindow).toBe(1_000_000);
  });

  test("offers of Google's models those that its own format reaches", async () => {
    const models = await listModels({ kind: "google" });
    const names = models.map(({ id }) => id);
    expect(names).toContain("gemini-2.5-pro");
    expect(
      names.filter((name) => !/^gem(ini|ma)-/.test(name) || /live|image|tts/.test(name)),
    ).toEqual([]);
    const pro = await lookupModel(
      { kind: "google", baseUrl: "https://x.example" },
      "gemini-2.5-pro",
    );
    expect(pro).toMatchObject({ images: true, thinking: true, maxOutputTokens: 65_536 });
    expect(pro && pricesFor(pro.prices, 200_001).output).toBe(dollars(15));
  });

  test("finds a vendor by its address", async () => {
    const place = { kind: "openai" as const, baseUrl: "https://openrouter.ai/api/v1" };
    const model = await lookupModel(place, "anthropic/claude-opus-4.7");
    expect(model).toMatchObject({ images: true, thinking: true, contextWindow: 1_000_000 });
  });

  test("has nothing on a model that does not exist", async () => {
    expect(await lookupModel({ kind: "anthropic" }, "no-such-model")).toBeUndefined();
    expect(await lookupModel({ kind: "excerpts" }, "no-such-model")).toBeUndefined();
  });

  test("the built-in model is free", async () => {
    const model = await lookupModel({ kind: "excerpts" }, "excerpts");
    expect(model && worstPrices(model.prices)).toEqual({
      input: 0,
      cacheRead: 0,
      cacheWrite: 0,
      output: 0,
    });
  });

  test("every price of every chat model is a whole number", async () => {
    const openRouter = { kind: "openai" as const, baseUrl: "https://openrouter.ai/api/v1" };
    const lists = await Promise.all(
      [{ kind: "anthropic" as const }, { kind: "openai" as const }, openRouter].map((place) =>
        listModels(place),
      ),
    );
    expect(lists.every((models) => models.length > 10)).toBe(true);
    for (const { prices } of lists.flat()) {
      for (const tier of prices.tiers) {
        for (const price of Object.values(tier.prices)) {
          expect(Number.isSafeInteger(price) && price >= 0).toBe(true);
        }
      }
    }
  });
});

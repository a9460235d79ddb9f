import { RunningAnswer } from "../../src/features/generation/running-answer.ts";
import { flatPrices, type ProviderRequest } from "../../src/providers/index.ts";

const prices = { input: 1, cacheRead: 1, cacheWrite: 1, output: 1 };
const now = new Date("2026-11-27T12:00:00Z");

/** An answer that nobody writes yet and no database knows. */
export function aRunningAnswer(request: Partial<ProviderRequest> = {}): RunningAnswer {
  const id = () => Bun.randomUUIDv7();
  return new RunningAnswer({
    generationId: id(),
    messageId: id(),
    threadId: id(),
    projectId: id(),
    userId: id(),
    model: {
      id: id(),
      providerKind: "openai",
      providerName: "Test",
      provider: {
        id: id(),
        kind: "openai",
        name: "Test",
        baseUrl: null,
        sealedKey: null,
        keyHint: null,
        origin: "admin",
        auth: null,
        headers: [],
        dialect: {},
        enabled: true,
        version: 1,
        createdAt: now,
        updatedAt: now,
        deletedAt: null,
      },
      name: "test-model",
      displayName: "Test",
      contextWindow: 10_000,
      maxOutputTokens: 1_000,
      images: false,
      reasoning: false,
      learned: {},
      prices,
      priceTable: flatPrices(prices, "test"),
      priceVersion: "test",
    },
    request: {
      model: "test-model",
      system: [],
      messages: [],
      sources: [],
      maxOutputTokens: 1_000,
      ...request,
    },
    sources: [],
    acceptedAt: 0,
  });
}

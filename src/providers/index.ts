/** Providers by kind: the door through which the rest of the program gets one. */

import { anthropicProvider } from "./anthropic/adapter.ts";
import { excerptsProvider } from "./excerpts/adapter.ts";
import { openAiProvider } from "./openai/adapter.ts";
import type { OpenAiDialect } from "./openai/dialect.ts";
import type { Provider, ProviderKind } from "./port.ts";
import { type RetryOptions, withRetry } from "./retry.ts";
import type { FetchLike } from "./send-request.ts";

export interface ProviderSettings {
  kind: ProviderKind;
  /** Absent: the vendor's own address. Anthropic's without `/v1`, OpenAI's with it. */
  baseUrl?: string;
  /** Absent for endpoints that ask for none. */
  apiKey?: string;
  /** What differs from the dialect known for the address; for `openai` only. */
  dialect?: Partial<OpenAiDialect>;
  /** Milliseconds between words; for `excerpts` only. */
  paceMs?: number;
  /** How requests leave: the place to refuse private addresses. */
  fetch?: FetchLike;
  /** `false`: never retried. */
  retry?: RetryOptions | false;
}

/** Makes the provider of these settings, retrying where nothing is charged yet. */
export function createProvider(settings: ProviderSettings): Provider {
  const provider = wireProvider(settings);
  return settings.retry === false || settings.kind === "excerpts"
    ? provider
    : withRetry(provider, settings.retry);
}

function wireProvider({
  kind,
  apiKey,
  baseUrl,
  dialect,
  fetch,
  paceMs,
}: ProviderSettings): Provider {
  const shared = {
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(fetch === undefined ? {} : { fetch }),
  };
  switch (kind) {
    case "anthropic":
      return anthropicProvider({ apiKey: apiKey ?? "", ...shared });
    case "openai":
      return openAiProvider({
        ...(apiKey === undefined ? {} : { apiKey }),
        ...(dialect === undefined ? {} : { dialect }),
        ...shared,
      });
    case "excerpts":
      return excerptsProvider(paceMs === undefined ? {} : { paceMs });
  }
}

export { capabilitiesOf } from "./capabilities.ts";
export { type CatalogueModel, listModels, lookupModel } from "./catalogue.ts";
export { OutputCount, standToCap } from "./count-output.ts";
export {
  estimateRequestTokens,
  estimateTokens,
} from "./estimate-tokens.ts";
export { EXCERPTS_MODEL } from "./excerpts/adapter.ts";
export type { OpenAiDialect } from "./openai/dialect.ts";
export * from "./port.ts";
export { flatPrices, type PriceTable, pricesFor, type UnitPrices, worstPrices } from "./prices.ts";
export type { RetryOptions } from "./retry.ts";
export type { FetchLike } from "./send-request.ts";

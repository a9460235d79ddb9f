/** Provider adapters by kind; the only way for the rest of the program to get one. */

import { anthropicAdapter } from "./anthropic/adapter.ts";
import type { DialectSettings } from "./dialect.ts";
import { excerptsAdapter } from "./excerpts/adapter.ts";
import { openAiAdapter } from "./openai/adapter.ts";
import type { ProviderAdapter, ProviderKind } from "./port.ts";
import { type RetryOptions, withRetry } from "./retry.ts";
import type { FetchLike } from "./send-request.ts";

export interface AdapterSettings extends DialectSettings {
  kind: ProviderKind;
  /** Default: the vendor's own address. Anthropic's without `/v1`, OpenAI's with it. */
  baseUrl?: string;
  /** Absent for endpoints that need none. */
  apiKey?: string;
  /** Milliseconds between words; for `excerpts` only. */
  paceMs?: number;
  /** Sends requests; may refuse private addresses. */
  fetch?: FetchLike;
  /** `false`: never retried. */
  retry?: RetryOptions | false;
}

/** Makes the adapter for these settings; it retries while nothing has been charged. */
export function createAdapter(settings: AdapterSettings): ProviderAdapter {
  const adapter = plainAdapter(settings);
  return settings.retry === false || settings.kind === "excerpts"
    ? adapter
    : withRetry(adapter, settings.retry);
}

function plainAdapter({
  kind,
  apiKey,
  baseUrl,
  dialect,
  fetch,
  memory,
  paceMs,
}: AdapterSettings): ProviderAdapter {
  const shared = {
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(fetch === undefined ? {} : { fetch }),
    ...(dialect === undefined ? {} : { dialect }),
    ...(memory === undefined ? {} : { memory }),
  };
  switch (kind) {
    case "anthropic":
      return anthropicAdapter({ apiKey: apiKey ?? "", ...shared });
    case "openai":
      return openAiAdapter({
        ...(apiKey === undefined ? {} : { apiKey }),
        ...shared,
      });
    case "excerpts":
      return excerptsAdapter(paceMs === undefined ? {} : { paceMs });
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
export * from "./port.ts";
export { flatPrices, type PriceTable, pricesFor, type UnitPrices, worstPrices } from "./prices.ts";
export type { RetryOptions } from "./retry.ts";
export type { FetchLike } from "./send-request.ts";

/** Provider adapters by kind; the only way for the rest of the program to get one. */

import {
  ANTHROPIC_BASE_URL,
  anthropicAdapter,
  anthropicBase,
  anthropicHeaders,
} from "./anthropic/adapter.ts";
import type { DialectSettings } from "./dialect.ts";
import { EXCERPTS_MODEL, excerptsAdapter } from "./excerpts/adapter.ts";
import { GOOGLE_BASE_URL, googleAdapter, googleBase, googleHeaders } from "./google/adapter.ts";
import { fetchModelNames } from "./offered-models.ts";
import { OPENAI_BASE_URL, openAiAdapter } from "./openai/adapter.ts";
import type { ProviderAdapter, ProviderKind } from "./port.ts";
import { type HeaderSettings, requestHeaders } from "./request-headers.ts";
import { type RetryOptions, withRetry } from "./retry.ts";
import type { FetchLike } from "./send-request.ts";

export interface AdapterSettings extends DialectSettings, HeaderSettings {
  kind: ProviderKind;
  /** Default: the vendor's own address. */
  baseUrl?: string;
  /** Milliseconds between words; for `excerpts` only. */
  paceMs?: number;
  /** Sends requests; may refuse private addresses. */
  fetch?: FetchLike;
  /** `false`: never retried. */
  retry?: RetryOptions | false;
}

/** Makes the adapter for these settings; it retries while nothing has been charged. */
export function createAdapter(settings: AdapterSettings): ProviderAdapter {
  const { retry, ...plain } = settings;
  const adapter = plainAdapter(plain);
  return retry === false || settings.kind === "excerpts" ? adapter : withRetry(adapter, retry);
}

function plainAdapter({ kind, paceMs, ...shared }: AdapterSettings): ProviderAdapter {
  switch (kind) {
    case "anthropic":
      return anthropicAdapter(shared);
    case "google":
      return googleAdapter(shared);
    case "openai":
      return openAiAdapter(shared);
    case "excerpts":
      return excerptsAdapter(paceMs === undefined ? {} : { paceMs });
  }
}

/** Names of the models that a provider says it has. @throws {ProviderError} */
export function listOfferedModels(settings: AdapterSettings): Promise<string[]> {
  const send = settings.fetch ?? fetch;
  switch (settings.kind) {
    case "anthropic":
      return fetchModelNames({
        baseUrl: anthropicBase(settings.baseUrl ?? ANTHROPIC_BASE_URL),
        headers: anthropicHeaders(settings),
        fetch: send,
      });
    case "google":
      return fetchModelNames({
        baseUrl: googleBase(settings.baseUrl ?? GOOGLE_BASE_URL),
        headers: googleHeaders(settings),
        fetch: send,
      });
    case "openai":
      return fetchModelNames({
        baseUrl: settings.baseUrl ?? OPENAI_BASE_URL,
        headers: requestHeaders(settings, "bearer"),
        fetch: send,
      });
    case "excerpts":
      return Promise.resolve([EXCERPTS_MODEL]);
  }
}

export { baseOf, withVersion } from "./address.ts";
export { capabilitiesOf } from "./capabilities.ts";
export { type CatalogueModel, listModels, lookupModel } from "./catalogue.ts";
export { OutputCount, standToCap } from "./count-output.ts";
export {
  type DialectChange,
  type DialectMemory,
  OUTPUT_LIMITS,
  REASONING_FORMS,
  SYSTEM_ROLES,
} from "./dialect.ts";
export {
  estimateRequestTokens,
  estimateTokens,
} from "./estimate-tokens.ts";
export { EXCERPTS_MODEL } from "./excerpts/adapter.ts";
export * from "./port.ts";
export { PRESETS } from "./presets.ts";
export { flatPrices, type PriceTable, pricesFor, type UnitPrices, worstPrices } from "./prices.ts";
export { AUTH_FORMS } from "./request-headers.ts";
export type { RetryOptions } from "./retry.ts";
export type { FetchLike } from "./send-request.ts";

/**
 * Models with context window, dated prices and capabilities, from the maintained package
 * `@pydantic/genai-prices`. It holds about 800 KB of data (16 MB of memory, 40 ms to load), so it is loaded at
 * the first look-up of a real model and never for the built-in one.
 */

import packageJson from "../../package.json" with { type: "json" };
import { type Capabilities, capabilitiesOf } from "./capabilities.ts";
import { EXCERPTS_MODEL } from "./excerpts/adapter.ts";
import type { ConnectableKind, ProviderKind } from "./port.ts";
import { flatPrices, type PriceTable, type UnitPrices } from "./prices.ts";

const PACKAGE = "@pydantic/genai-prices";
/** Version of the price data, kept with every price so that a ledger row can be traced. */
const SOURCE = `genai-prices@${packageJson.dependencies[PACKAGE]}`;

export interface CatalogueModel extends Capabilities {
  /** Model name in API calls. */
  id: string;
  /** Display name. */
  name: string;
  /** Tokens; undefined where the catalogue has none. */
  contextWindow: number | undefined;
  prices: PriceTable;
}

export interface CataloguePlace {
  kind: ProviderKind;
  /** As in the provider's settings; an unknown host has no known prices. */
  baseUrl?: string;
  /**
   * The catalogue's vendor id behind a private gateway (`openai`, `openrouter`, …), when that vendor's prices
   * apply; takes precedence over the address.
   */
  vendor?: string;
}

/**
 * A catalogue entry with the prices valid at `at` (default now). Undefined when the catalogue has no such model
 * at this provider: a self-hosted `gpt-oss` does not cost what a vendor charges for it.
 */
export async function lookupModel(
  place: CataloguePlace,
  model: string,
  at: Date = new Date(),
): Promise<CatalogueModel | undefined> {
  if (place.kind === "excerpts") return model === EXCERPTS_MODEL ? excerptsModel() : undefined;
  const catalogue = await import("@pydantic/genai-prices");
  const provider = catalogue.findProvider(placeOf(place.kind, place));
  if (!provider) return undefined;
  // The package matches names and chooses the valid price; a call with no tokens returns both.
  const found = catalogue.calcPrice({}, model, { provider, timestamp: at });
  if (!found) return undefined;
  const since = startOf(found.model.prices, at);
  const prices = tableOf(found.model_price, `${SOURCE} ${provider.id}/${found.model.id}${since}`);
  if (!prices) return undefined;
  return {
    id: model,
    name: found.model.name ?? found.model.id,
    contextWindow: found.model.context_window,
    prices,
    ...capabilitiesOf(model),
  };
}

/** The catalogue's chat models of a provider, for selection; empty for an unknown host. */
export async function listModels(place: CataloguePlace, at?: Date): Promise<CatalogueModel[]> {
  if (place.kind === "excerpts") return [excerptsModel()];
  const { findProvider } = await import("@pydantic/genai-prices");
  const known = findProvider(placeOf(place.kind, place))?.models ?? [];
  const offered = OFFERED[place.kind];
  const chat = known.filter(
    ({ id, deprecated }) => !deprecated && !NO_CHAT.test(id) && (offered?.test(id) ?? true),
  );
  const models = await Promise.all(chat.map(({ id }) => lookupModel(place, id, at)));
  return models.filter((model) => model !== undefined);
}

/** Names of models that are not chat models. */
const NO_CHAT =
  /embed|audio|realtime|transcribe|tts|whisper|image|moderation|instruct|computer-use|search|^(ada|babbage|curie|davinci|text-|ft:)|rerank|guard|:extended|\.ft-/;

/** What a wire format reaches, where the catalogue lists more under the vendor's name. */
const OFFERED: Partial<Record<ConnectableKind, RegExp>> = {
  google: /^gem(ini|ma)-(?!.*(live|vision))/,
};

/** Where the catalogue lists a wire format's models; a new format must be added to compile. */
const PLACES: Record<
  ConnectableKind,
  (baseUrl: string | undefined) => { providerId: string } | { providerApiUrl: string }
> = {
  // Every endpoint with the format of one of these vendors sells its models.
  anthropic: () => ({ providerId: "anthropic" }),
  google: () => ({ providerId: "google" }),
  openai: (baseUrl) =>
    baseUrl === undefined ? { providerId: "openai" } : { providerApiUrl: baseUrl },
};

function placeOf(kind: ConnectableKind, { baseUrl, vendor }: CataloguePlace) {
  if (vendor !== undefined) return { providerId: vendor };
  return PLACES[kind](baseUrl);
}

function excerptsModel(): CatalogueModel {
  return {
    id: EXCERPTS_MODEL,
    name: "Excerpts",
    contextWindow: 1_000_000,
    prices: flatPrices({ input: 0, cacheRead: 0, cacheWrite: 0, output: 0 }, "built-in"),
    images: false,
    thinking: false,
    maxOutputTokens: 4_096,
  };
}

type PackagePrice = number | { base: number; tiers: { start: number; price: number }[] };
type PackagePrices = Record<string, PackagePrice | undefined>;

/** Start date of the price valid at an instant, for the source; empty when it has none. */
function startOf(prices: unknown, at: Date): string {
  if (!Array.isArray(prices)) return "";
  const starts = prices
    .map((entry: { constraint?: { start_date?: string } }) => entry.constraint?.start_date)
    .filter((start) => start !== undefined && new Date(start) <= at);
  const latest = starts.sort().at(-1);
  return latest === undefined ? "" : ` from ${latest}`;
}

function tableOf(prices: PackagePrices, source: string): PriceTable | undefined {
  const { input_mtok, output_mtok, cache_read_mtok, cache_write_mtok, output_reasoning_mtok } =
    prices;
  if (input_mtok === undefined || output_mtok === undefined) return undefined;
  const all = [input_mtok, output_mtok, cache_read_mtok, cache_write_mtok, output_reasoning_mtok];
  const starts = new Set([0]);
  for (const price of all) {
    if (typeof price === "object") for (const { start } of price.tiers) starts.add(start);
  }
  const pricesAbove = (start: number): UnitPrices => {
    const input = microAt(input_mtok, start);
    return {
      input,
      // Vendors without a cache price bill cached tokens as input.
      cacheRead: cache_read_mtok === undefined ? input : microAt(cache_read_mtok, start),
      cacheWrite: cache_write_mtok === undefined ? input : microAt(cache_write_mtok, start),
      output: Math.max(microAt(output_mtok, start), microAt(output_reasoning_mtok ?? 0, start)),
    };
  };
  const tiers = [...starts]
    .sort((a, b) => a - b)
    .map((start) => ({ aboveInputTokens: start, prices: pricesAbove(start) }));
  return { tiers, source };
}

/** USD per million as micro-USD per million, rounded up: a few listed prices are thirds. */
function microAt(price: PackagePrice, start: number): number {
  const usd =
    typeof price === "number"
      ? price
      : (price.tiers.findLast((tier) => tier.start <= start)?.price ?? price.base);
  // Round to six decimals first: 0.29 × 10⁶ is slightly above 290,000 in floating point.
  return Math.ceil(Number((usd * 1e6).toFixed(3)));
}

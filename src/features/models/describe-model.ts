import { capabilitiesOf, flatPrices, lookupModel, type PriceTable } from "../../providers/index.ts";
import type { ProviderRow } from "./repo.ts";

/** A model as described by catalogue and name, without an admin's settings. */
export interface DescribedModel {
  displayName: string;
  contextWindow: number;
  maxOutputTokens: number;
  images: boolean;
  reasoning: boolean;
  /** Undefined where the catalogue has no price. */
  prices: PriceTable | undefined;
}

/** Default where the catalogue has none; every current model has this much. */
const MODEST_WINDOW = 128_000;

/** Describes a model by the price catalogue and the capability rules. */
export async function describeModel(
  provider: Pick<ProviderRow, "kind" | "baseUrl">,
  name: string,
): Promise<DescribedModel> {
  const known = await lookupModel(placeOf(provider), name);
  const { images, thinking, maxOutputTokens } = known ?? capabilitiesOf(name);
  const contextWindow = known?.contextWindow ?? MODEST_WINDOW;
  return {
    displayName: known?.name ?? name,
    contextWindow,
    maxOutputTokens: Math.min(maxOutputTokens, contextWindow),
    images,
    reasoning: thinking,
    prices: known?.prices,
  };
}

/** Where the catalogue lists a provider's models. */
export function placeOf({ kind, baseUrl }: Pick<ProviderRow, "kind" | "baseUrl">) {
  return baseUrl === null ? { kind } : { kind, baseUrl };
}

const ADMIN = "admin ";

/** Prices entered by an admin, dated. */
export function enteredPrices(prices: Parameters<typeof flatPrices>[0], now: Date): PriceTable {
  return flatPrices(prices, `${ADMIN}${now.toISOString().slice(0, 10)}`);
}

/** Whether this price version was entered by an admin; the catalogue must not overwrite it. */
export function isEntered(priceVersion: string): boolean {
  return priceVersion.startsWith(ADMIN);
}

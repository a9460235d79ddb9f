import { capabilitiesOf, flatPrices, lookupModel, type PriceTable } from "../../providers/index.ts";
import type { ProviderRow } from "./repo.ts";

/** What Atelier knows of a model by its name and place, without what an admin says about it. */
export interface DescribedModel {
  displayName: string;
  contextWindow: number;
  maxOutputTokens: number;
  images: boolean;
  reasoning: boolean;
  /** Undefined where the catalogue knows no price. */
  prices: PriceTable | undefined;
}

/** A window that every current model has, where the catalogue does not say. */
const MODEST_WINDOW = 128_000;

/** A model as the catalogue of prices and the rules of capabilities have it. */
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

/** Where the catalogue has to look for a provider's models. */
export function placeOf({ kind, baseUrl }: Pick<ProviderRow, "kind" | "baseUrl">) {
  return baseUrl === null ? { kind } : { kind, baseUrl };
}

const ADMIN = "admin ";

/** Prices that an admin has entered, dated. */
export function enteredPrices(prices: Parameters<typeof flatPrices>[0], now: Date): PriceTable {
  return flatPrices(prices, `${ADMIN}${now.toISOString().slice(0, 10)}`);
}

/** Whether an admin has entered the prices of this version; the catalogue must not overwrite them. */
export function isEntered(priceVersion: string): boolean {
  return priceVersion.startsWith(ADMIN);
}

import type { Config } from "../../config.ts";
import type { Ctx } from "../../platform/context.ts";
import {
  type DialectChange,
  type PriceTable,
  type ProviderKind,
  pricesFor,
  type UnitPrices,
} from "../../providers/index.ts";
import { getSetting } from "../workspace/index.ts";
import { modelNotAvailable } from "./errors.ts";
import {
  findModel,
  findModelNames,
  listEnabledModels,
  type ModelOfProvider,
  type ProviderRow,
} from "./repo.ts";
import type { ModelChoice } from "./schema.ts";

/** A model to call, with its prices when it was chosen. */
export interface ChosenModel {
  id: string;
  providerKind: ProviderKind;
  providerName: string;
  /** For calling it; its key is encrypted. */
  provider: ProviderRow;
  /** The provider's name of the model. */
  name: string;
  displayName: string;
  contextWindow: number;
  maxOutputTokens: number;
  images: boolean;
  reasoning: boolean;
  /** What its provider refused, and is asked otherwise since. */
  learned: DialectChange;
  /** Micro-USD per million tokens, for a call with little input. */
  prices: UnitPrices;
  /** Prices for every size of input. */
  priceTable: PriceTable;
  priceVersion: string;
}

/**
 * The model with this id; for null the workspace's default, else the oldest enabled model of a real provider,
 * else the built-in one, which always exists. The oldest, so that connecting a second provider does not change
 * the default.
 * @throws {Problem} 422 `model_not_available` for an id that is unknown, disabled or without a key.
 */
export async function chooseModel(ctx: Ctx, modelId: string | null): Promise<ChosenModel> {
  if (modelId !== null) {
    const asked = (await usableModels(ctx)).find(({ model }) => model.id === modelId);
    if (!asked) throw modelNotAvailable();
    return chosen(asked);
  }
  const [usable, settled] = await Promise.all([
    usableModels(ctx),
    getSetting(ctx, "defaultModelId"),
  ]);
  const best = defaultOf(usable, settled);
  if (!best) throw modelNotAvailable();
  return chosen(best);
}

/** Whether a model can be chosen: enabled, and neither it nor its provider deleted. */
export async function isOffered(ctx: Ctx, modelId: string): Promise<boolean> {
  return (await findModel(ctx.db, modelId))?.model.enabled ?? false;
}

/** Every model that users can choose, oldest first. */
export async function listModels(ctx: Ctx): Promise<ModelChoice[]> {
  const usable = await usableModels(ctx);
  const best = defaultOf(usable, await getSetting(ctx, "defaultModelId"));
  return usable.map((row) => present(row, row === best));
}

function defaultOf(usable: ModelOfProvider[], settled: string | null): ModelOfProvider | undefined {
  return (
    usable.find(({ model }) => model.id === settled) ??
    usable.find(({ provider }) => provider.kind !== "excerpts") ??
    usable[0]
  );
}

async function usableModels(ctx: Ctx): Promise<ModelOfProvider[]> {
  const rows = await listEnabledModels(ctx.db);
  return rows.filter(({ provider }) => hasItsKey(provider, ctx.deps.config));
}

/** A provider from the environment exists as long as its variable is set. */
export function hasItsKey(provider: ProviderRow, config: Config): boolean {
  return provider.origin !== "environment" || environmentKey(provider.kind, config) !== undefined;
}

/** The environment key of each kind; a new kind must be added to compile. */
const ENVIRONMENT_KEY: Record<ProviderKind, (config: Config) => string | undefined> = {
  anthropic: ({ anthropicApiKey }) => anthropicApiKey,
  google: ({ geminiApiKey }) => geminiApiKey,
  openai: ({ openaiApiKey }) => openaiApiKey,
  excerpts: () => undefined,
};

/** The API key from the environment for a kind of provider. */
export function environmentKey(kind: ProviderKind, config: Config): string | undefined {
  return ENVIRONMENT_KEY[kind](config);
}

function chosen({ model, provider }: ModelOfProvider): ChosenModel {
  const priceTable = { tiers: model.priceTiers, source: model.priceVersion };
  return {
    id: model.id,
    providerKind: provider.kind,
    providerName: provider.name,
    provider,
    name: model.name,
    displayName: model.displayName,
    contextWindow: Math.min(model.contextWindow, model.learned.contextWindow ?? Infinity),
    maxOutputTokens: Math.min(model.maxOutputTokens, model.learned.maxOutputTokens ?? Infinity),
    learned: model.learned,
    images: model.images,
    reasoning: model.reasoning,
    prices: pricesFor(priceTable, 0),
    priceTable,
    priceVersion: model.priceVersion,
  };
}

function present(row: ModelOfProvider, isDefault: boolean): ModelChoice {
  const { name, learned, priceTable, priceVersion, provider, ...choice } = chosen(row);
  return { ...choice, isDefault };
}

/** Names of models by id, including removed ones. */
export async function modelNames(ctx: Ctx, ids: readonly string[]): Promise<Map<string, string>> {
  return new Map(
    (await findModelNames(ctx.db, [...new Set(ids)])).map(({ id, name }) => [id, name]),
  );
}

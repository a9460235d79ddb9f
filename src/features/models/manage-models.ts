import { type Ctx, inTransaction } from "../../platform/context.ts";
import { changedMeanwhile } from "../../platform/http/etag.ts";
import type { PriceTable } from "../../providers/index.ts";
import { record } from "../audit/index.ts";
import type { AdminScope } from "../identity/index.ts";
import { describeModel, enteredPrices } from "./describe-model.ts";
import { builtinStays, noSuchModel, pricesNeeded } from "./errors.ts";
import { getProvider } from "./manage-providers.ts";
import {
  findModel,
  insertModel,
  type ModelOfProvider,
  type ModelRow,
  updateModel,
} from "./repo.ts";
import type { ModelChange, NewModel } from "./schema.ts";

/** @throws {Problem} 404 `model_not_found`. */
export async function getModel(ctx: Ctx, modelId: string): Promise<ModelOfProvider> {
  const found = await findModel(ctx.db, modelId);
  if (!found) throw noSuchModel();
  return found;
}

/**
 * Offers a model of a provider. Omitted fields come from the catalogue.
 * @throws {Problem} 404 for an unknown provider, 409 for a duplicate model or the built-in provider, 422
 * `prices_needed` when neither input nor catalogue has prices.
 */
export async function addModel(ctx: Ctx, _scope: AdminScope, input: NewModel): Promise<ModelRow> {
  const { prices, providerId, name } = input;
  const provider = await getProvider(ctx, providerId);
  if (provider.kind === "excerpts") throw builtinStays();
  const known = await describeModel(provider, name);
  const table = prices ? enteredPrices(prices, ctx.deps.clock.now()) : known.prices;
  if (!table) throw pricesNeeded();
  return inTransaction(ctx, async (tx) => {
    const model = await insertModel(tx.db, {
      id: ctx.deps.ids.next(),
      providerId,
      name,
      displayName: input.displayName ?? known.displayName,
      contextWindow: input.contextWindow ?? known.contextWindow,
      maxOutputTokens: input.maxOutputTokens ?? known.maxOutputTokens,
      images: input.images ?? known.images,
      reasoning: input.reasoning ?? known.reasoning,
      ...priceColumns(table),
    });
    await recordFor(tx, "model.created", model.id, { name, priceVersion: model.priceVersion });
    return model;
  });
}

/** @throws {Problem} 404, 409 `builtin_stays`, 412, 422 `prices_needed` when the catalogue has no prices to go back to. */
export async function changeModel(
  ctx: Ctx,
  _scope: AdminScope,
  modelId: string,
  { prices, forgetLearned, ...change }: ModelChange,
  expected: number | null,
): Promise<ModelRow> {
  const { model, provider } = await getModel(ctx, modelId);
  if (provider.kind === "excerpts") throw builtinStays();
  let table: PriceTable | undefined;
  if (prices) table = enteredPrices(prices, ctx.deps.clock.now());
  if (prices === null) {
    table = (await describeModel(provider, model.name)).prices;
    if (!table) throw pricesNeeded();
  }
  return inTransaction(ctx, async (tx) => {
    const changed = await updateModel(
      tx.db,
      modelId,
      {
        ...change,
        ...(table ? priceColumns(table) : {}),
        ...(forgetLearned ? { learned: {} } : {}),
      },
      expected,
      ctx.deps.clock.now(),
    );
    if (!changed) throw expected === null ? noSuchModel() : changedMeanwhile();
    await recordFor(tx, "model.updated", modelId, {
      changed: [...Object.keys(change), ...(forgetLearned ? ["learned"] : [])],
      ...(table ? { prices: table.tiers, priceVersion: table.source } : {}),
      ...(change.enabled === undefined ? {} : { enabled: change.enabled }),
    });
    return changed;
  });
}

/** Removes a model; its answers and their cost stay. @throws {Problem} 404, 409 `builtin_stays`. */
export async function deleteModel(ctx: Ctx, _scope: AdminScope, modelId: string): Promise<void> {
  const { model, provider } = await getModel(ctx, modelId);
  if (provider.kind === "excerpts") throw builtinStays();
  const now = ctx.deps.clock.now();
  await inTransaction(ctx, async (tx) => {
    if (!(await updateModel(tx.db, modelId, { deletedAt: now }, null, now))) throw noSuchModel();
    await recordFor(tx, "model.deleted", modelId, { name: model.name });
  });
}

const priceColumns = (table: PriceTable) => ({
  priceTiers: table.tiers,
  priceVersion: table.source,
});

function recordFor(
  tx: Ctx,
  action: "model.created" | "model.updated" | "model.deleted",
  id: string,
  detail: Record<string, unknown>,
): Promise<void> {
  return record(tx, { action, target: { kind: "model", id }, detail });
}

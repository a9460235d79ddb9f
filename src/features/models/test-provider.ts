import { type Ctx, inTransaction, userOf } from "../../platform/context.ts";
import {
  type DialectChange,
  estimateRequestTokens,
  flatPrices,
  OutputCount,
  ProviderError,
  type ProviderRequest,
  standToCap,
  type TokenUsage,
  withVersion,
} from "../../providers/index.ts";
import { record } from "../audit/index.ts";
import type { AdminScope } from "../identity/index.ts";
import {
  type CallFacts,
  type HoldInput,
  type PricedModel,
  placeHold,
  settle,
} from "../metering/index.ts";
import { findPersonalProjectId } from "../projects/index.ts";
import { describeError } from "./describe-error.ts";
import { describeModel } from "./describe-model.ts";
import { modelNeeded } from "./errors.ts";
import { getProvider } from "./manage-providers.ts";
import { openAdapter, requirePublic } from "./open-adapter.ts";
import { askForModels } from "./read-offered-models.ts";
import { listModelsEver, type ProviderRow } from "./repo.ts";
import type { ProviderTestResult } from "./schema.ts";
import { cheapModel } from "./sync-builtin-providers.ts";

const TIMEOUT_MS = 30_000;
/** Enough for models that think before they say OK. */
const MAX_OUTPUT_TOKENS = 1_024;
const FREE = flatPrices({ input: 0, cacheRead: 0, cacheWrite: 0, output: 0 }, "unknown");

/** The result of a call. */
interface Outcome extends CallFacts {
  error: ProviderTestResult["error"];
  durationMs: number;
}

/**
 * Makes one real call of a few tokens, booked on the admin's personal project, and reports the error if any.
 * @param modelName the provider's name of a model; default: the first that the provider offers, else a cheap
 * one of the vendor
 * @throws {Problem} 404, 402 `budget_exhausted`, 422 `model_needed`.
 */
export async function testProvider(
  ctx: Ctx,
  _scope: AdminScope,
  providerId: string,
  modelName: string | undefined,
): Promise<ProviderTestResult> {
  const provider = await getProvider(ctx, providerId);
  const { userId } = userOf(ctx);
  const projectId = await findPersonalProjectId(ctx.db, userId);
  if (projectId === null) throw new Error("A user has no personal project");
  const model = await modelToTest(ctx, provider, modelName);
  const request = testRequest(model.name);
  const generationId = ctx.deps.ids.next();
  const hold: HoldInput = {
    generationId,
    projectId,
    userId,
    threadId: null,
    messageId: null,
    model,
    inputTokens: estimateRequestTokens(request),
    maxOutputTokens: MAX_OUTPUT_TOKENS,
    sent: true,
    lastsMs: 2 * TIMEOUT_MS,
  };
  await inTransaction(ctx, (tx) => placeHold(tx, hold));
  const outcome = await call(ctx, provider, model, request);
  const suggestedBaseUrl = await suggestAddress(ctx, provider, outcome);
  return inTransaction(ctx, async (tx) => {
    const booked = await settle(tx, {
      generationId,
      status: outcome.error === null ? "complete" : "failed",
      ...outcome,
    });
    await record(tx, {
      action: "provider.tested",
      target: { kind: "provider", id: provider.id },
      detail: {
        model: model.name,
        error: outcome.error?.code ?? null,
        vendorSentence: outcome.error?.vendorSentence ?? null,
      },
    });
    return {
      ok: outcome.error === null,
      model: model.name,
      durationMs: outcome.durationMs,
      usage: booked.usage,
      costMicroUsd: booked.costMicroUsd,
      suggestedBaseUrl,
      error: outcome.error,
    };
  });
}

interface ModelToTest extends PricedModel {
  learned: DialectChange;
}

async function modelToTest(
  ctx: Ctx,
  provider: ProviderRow,
  wanted: string | undefined,
): Promise<ModelToTest> {
  const offered = (await listModelsEver(ctx.db, provider.id)).filter(
    (row) => row.deletedAt === null,
  );
  const row = offered.find(({ name }) => wanted === undefined || name === wanted);
  const name =
    row?.name ?? wanted ?? (provider.baseUrl === null ? cheapModel(provider.kind) : undefined);
  if (name === undefined) throw modelNeeded();
  const priceTable = row
    ? { tiers: row.priceTiers, source: row.priceVersion }
    : ((await describeModel(provider, name)).prices ?? FREE);
  return {
    id: row?.id ?? null,
    learned: row?.learned ?? {},
    name,
    providerName: provider.name,
    priceTable,
    priceVersion: priceTable.source,
  };
}

function testRequest(model: string): ProviderRequest {
  return {
    model,
    system: [{ text: "Answer with one word.", cacheable: false }],
    messages: [{ role: "user", parts: [{ type: "text", text: "Say OK." }] }],
    sources: [],
    maxOutputTokens: MAX_OUTPUT_TOKENS,
  };
}

/** With nothing at the address: the address with its version, if the provider answers there. */
async function suggestAddress(
  ctx: Ctx,
  provider: ProviderRow,
  { error }: Outcome,
): Promise<string | null> {
  if (error?.code !== "wrong_address" || provider.baseUrl === null) return null;
  const baseUrl = withVersion(provider.baseUrl);
  if (baseUrl === undefined) return null;
  const listed = await askForModels(ctx, { ...provider, baseUrl });
  return listed.error === null || ANSWERED.has(listed.error.code) ? baseUrl : null;
}

/** Errors by which a provider shows that it answers at an address. */
const ANSWERED: ReadonlySet<string> = new Set(["bad_key", "no_credit", "rate_limited"]);

async function call(
  ctx: Ctx,
  provider: ProviderRow,
  model: Pick<ModelToTest, "id" | "learned">,
  request: ProviderRequest,
): Promise<Outcome> {
  const startedAt = performance.now();
  const text = new OutputCount();
  const reasoning = new OutputCount();
  let reported: TokenUsage | undefined;
  let complete = false;
  let billable = false;
  let error: Outcome["error"] = null;
  try {
    await requirePublic(ctx, provider);
    const stream = openAdapter(ctx, provider, model, { retry: false }).stream(request, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      idleTimeoutMs: TIMEOUT_MS / 2,
      onBillable: (value) => {
        billable = value;
      },
    });
    for await (const events of stream) {
      for (const event of events) {
        if (event.type === "usage") reported = event.usage;
        else if (event.type === "text") text.add(event.text);
        else if (event.type === "reasoning") reasoning.add(event.text);
        else if (event.type === "end") complete = true;
      }
      const least = text.leastTokens + reasoning.leastTokens;
      if (standToCap(least, request.maxOutputTokens) === "past") break;
    }
  } catch (thrown) {
    // A model that thought for all of its tokens has been reached and has answered.
    const thought = thrown instanceof ProviderError && thrown.code === "output_limit";
    error = thought ? null : describeError(ctx, thrown);
  }
  return {
    billable,
    reported,
    complete,
    outputTokens: text.tokens + reasoning.tokens,
    reasoningTokens: reasoning.tokens,
    error,
    durationMs: Math.round(performance.now() - startedAt),
  };
}

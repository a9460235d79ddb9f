import { type Ctx, inTransaction, systemContext } from "../../platform/context.ts";
import type { Deps } from "../../platform/deps.ts";
import { EXCERPTS_MODEL, type ProviderKind } from "../../providers/index.ts";
import { environmentKey } from "./choose-model.ts";
import { type DescribedModel, describeModel, isEntered } from "./describe-model.ts";
import {
  findBuiltinProvider,
  insertModel,
  insertProvider,
  listModelsEver,
  lockSync,
  providerNameTaken,
  updateModel,
} from "./repo.ts";

interface BuiltinProvider {
  kind: ProviderKind;
  origin: "builtin" | "environment";
  name: string;
  /** The first is the default of a workspace without its own, the last is the cheapest. */
  models: string[];
}

const BUILTIN: BuiltinProvider[] = [
  { kind: "excerpts", origin: "builtin", name: "Built-in", models: [EXCERPTS_MODEL] },
  {
    kind: "anthropic",
    origin: "environment",
    name: "Anthropic",
    models: ["claude-sonnet-5", "claude-opus-5-5", "claude-haiku-4-5"],
  },
  {
    kind: "openai",
    origin: "environment",
    name: "OpenAI",
    models: ["gpt-6-sol", "gpt-6-astra", "gpt-6-luna"],
  },
  {
    kind: "google",
    origin: "environment",
    name: "Google",
    models: ["gemini-3.8-flash", "gemini-3.1-pro-preview", "gemini-3.5-flash-lite"],
  },
];

type NamedModel = DescribedModel & { name: string };

/** A cheap model of a vendor, to test a key with. */
export function cheapModel(kind: ProviderKind): string | undefined {
  return BUILTIN.find((builtin) => builtin.kind === kind)?.models.at(-1);
}

/**
 * Creates or updates the providers that need no admin: the built-in one, and those with a key in the
 * environment, each with some models. Keeps what an admin has disabled, deleted or priced. Idempotent, and safe
 * to run in several processes at once.
 */
export async function syncBuiltinProviders(deps: Deps): Promise<void> {
  const builtin = BUILTIN.filter(
    ({ kind, origin }) => origin === "builtin" || environmentKey(kind, deps.config) !== undefined,
  );
  const wanted = await Promise.all(
    builtin.map(async (provider) => ({ provider, models: await lookUp(provider) })),
  );
  await inTransaction(systemContext(deps, "sync-providers"), async (tx) => {
    await lockSync(tx.db);
    for (const { provider, models } of wanted) await syncProvider(tx, provider, models);
  });
}

async function lookUp({ kind, models }: BuiltinProvider): Promise<NamedModel[]> {
  return Promise.all(
    models.map(async (name) => ({
      name,
      ...(await describeModel({ kind, baseUrl: null }, name)),
    })),
  );
}

async function syncProvider(
  tx: Ctx,
  builtin: BuiltinProvider,
  models: NamedModel[],
): Promise<void> {
  const { ids, clock } = tx.deps;
  const provider =
    (await findBuiltinProvider(tx.db, builtin.origin, builtin.kind)) ??
    (await insertProvider(tx.db, {
      id: ids.next(),
      kind: builtin.kind,
      name: await freeName(tx, builtin.name),
      origin: builtin.origin,
    }));
  const known = new Map((await listModelsEver(tx.db, provider.id)).map((row) => [row.name, row]));
  for (const { prices, ...model } of models) {
    // Dropped from the catalogue, so its price is unknown.
    if (!prices) continue;
    const row = known.get(model.name);
    const columns = { priceTiers: prices.tiers, priceVersion: prices.source };
    if (!row) {
      await insertModel(tx.db, { id: ids.next(), providerId: provider.id, ...model, ...columns });
    } else if (row.priceVersion !== prices.source && !isEntered(row.priceVersion)) {
      await updateModel(tx.db, row.id, columns, null, clock.now());
    }
  }
}

/** An admin may have used this name before the environment key was set. */
async function freeName(tx: Ctx, name: string): Promise<string> {
  if (!(await providerNameTaken(tx.db, name))) return name;
  return freeName(tx, `${name} (environment)`);
}

import type { Ctx } from "../../platform/context.ts";
import { guardedFetch, publicAddresses } from "../../platform/http/public-address.ts";
import {
  type AdapterSettings,
  createAdapter,
  type DialectChange,
  type DialectMemory,
  type ProviderAdapter,
} from "../../providers/index.ts";
import { environmentKey } from "./choose-model.ts";
import { addressNotAllowed, providerUnusable } from "./errors.ts";
import { addLearned, type ProviderRow } from "./repo.ts";

/** Purpose that provider API keys are encrypted with. */
export const KEY_PURPOSE = "provider-key";

/** A model to call; null for one that was never stored. */
interface CalledModel {
  id: string | null;
  learned: DialectChange;
}

/**
 * The adapter for a model of a provider: with its API key from the environment or decrypted, and with requests to
 * private addresses refused unless the configuration allows them.
 * @throws {Problem} 409 `provider_unusable` when its key is missing or cannot be decrypted.
 */
export function openAdapter(
  ctx: Ctx,
  provider: ProviderRow,
  model: CalledModel,
  options: { retry?: false } = {},
): ProviderAdapter {
  const { metrics } = ctx.deps;
  return createAdapter({
    ...adapterSettings(ctx, provider),
    memory: memoryOf(ctx, model),
    retry: options.retry ?? {
      onRetry: () => metrics.providerRetries.inc({ provider: provider.name }),
    },
  });
}

/** Address, key, headers and dialect of a provider. @throws {Problem} 409 `provider_unusable`. */
export function adapterSettings(ctx: Ctx, provider: ProviderRow): AdapterSettings {
  const { config, fetch } = ctx.deps;
  const apiKey = keyOf(ctx, provider);
  const headers = provider.headers.map((header) => [
    header.name,
    "value" in header ? header.value : opened(ctx, provider, header.sealed),
  ]);
  return {
    kind: provider.kind,
    ...(provider.baseUrl === null ? {} : { baseUrl: provider.baseUrl }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(provider.auth === null ? {} : { auth: provider.auth }),
    headers: Object.fromEntries(headers),
    dialect: provider.dialect,
    fetch: provider.baseUrl === null ? fetch : guardedFetch(fetch, config.providerPrivateHosts),
  };
}

/** The check in each call would only report "unreachable". @throws {Problem} 422 `address_not_allowed`. */
export async function requirePublic(
  ctx: Ctx,
  { baseUrl }: Pick<ProviderRow, "baseUrl">,
): Promise<void> {
  if (baseUrl === null || ctx.deps.config.providerPrivateHosts) return;
  await publicAddresses(new URL(baseUrl)).catch(() => {
    throw addressNotAllowed();
  });
}

/** What a model's provider refused, stored with the model, so that it is found out once for all processes. */
function memoryOf(ctx: Ctx, { id, learned }: CalledModel): DialectMemory {
  let known = learned;
  return {
    get: () => known,
    add: (change) => {
      known = { ...known, ...change };
      if (id === null) return;
      addLearned(ctx.deps.database.db, id, change).catch((error: unknown) => {
        ctx.deps.logger.warn({ err: error, modelId: id }, "refused parameter not stored");
      });
    },
  };
}

function keyOf(ctx: Ctx, provider: ProviderRow): string | undefined {
  if (provider.origin === "environment") {
    const key = environmentKey(provider.kind, ctx.deps.config);
    if (key === undefined) throw providerUnusable();
    return key;
  }
  return provider.sealedKey === null ? undefined : opened(ctx, provider, provider.sealedKey);
}

function opened(ctx: Ctx, provider: ProviderRow, sealed: string): string {
  try {
    return ctx.deps.secrets.open(sealed, KEY_PURPOSE);
  } catch (error) {
    ctx.deps.logger.error(
      { err: error, providerId: provider.id },
      "provider key cannot be decrypted",
    );
    throw providerUnusable();
  }
}

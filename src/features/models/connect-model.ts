import type { Ctx } from "../../platform/context.ts";
import { guardedFetch } from "../../platform/http/public-address.ts";
import { createProvider, type Provider } from "../../providers/index.ts";
import { type ChosenModel, environmentKey } from "./choose-model.ts";
import { providerUnusable } from "./errors.ts";
import type { ProviderRow } from "./repo.ts";

/** What provider keys are sealed for. */
export const KEY_PURPOSE = "provider-key";

/**
 * The provider of a chosen model, ready to call: with its key from the environment or unsealed, and with
 * requests that go to public addresses only unless the configuration allows private ones.
 * @throws {Problem} 409 `provider_unusable` when its key is missing or cannot be unsealed.
 */
export function connectModel(ctx: Ctx, model: ChosenModel): Provider {
  return connectProvider(ctx, model.provider);
}

/** @throws {Problem} 409 `provider_unusable` when its key is missing or cannot be unsealed. */
export function connectProvider(
  ctx: Ctx,
  row: ProviderRow,
  options: { retry?: false } = {},
): Provider {
  const { config, fetch, metrics } = ctx.deps;
  const apiKey = keyOf(ctx, row);
  return createProvider({
    kind: row.kind,
    ...(row.baseUrl === null ? {} : { baseUrl: row.baseUrl }),
    ...(apiKey === undefined ? {} : { apiKey }),
    retry: options.retry ?? {
      onRetry: () => metrics.providerRetries.inc({ provider: row.name }),
    },
    fetch: row.baseUrl === null ? fetch : guardedFetch(fetch, config.providerPrivateHosts),
  });
}

function keyOf(ctx: Ctx, row: ProviderRow): string | undefined {
  if (row.origin === "environment") {
    const key = environmentKey(row.kind, ctx.deps.config);
    if (key === undefined) throw providerUnusable();
    return key;
  }
  if (row.sealedKey === null) return undefined;
  try {
    return ctx.deps.secrets.open(row.sealedKey, KEY_PURPOSE);
  } catch (error) {
    ctx.deps.logger.error({ err: error, providerId: row.id }, "provider key cannot be decrypted");
    throw providerUnusable();
  }
}

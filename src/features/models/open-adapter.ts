import type { Ctx } from "../../platform/context.ts";
import { guardedFetch } from "../../platform/http/public-address.ts";
import { createAdapter, type ProviderAdapter } from "../../providers/index.ts";
import { environmentKey } from "./choose-model.ts";
import { providerUnusable } from "./errors.ts";
import type { ProviderRow } from "./repo.ts";

/** Purpose that provider API keys are encrypted with. */
export const KEY_PURPOSE = "provider-key";

/**
 * The adapter for a provider: with its API key from the environment or decrypted, and with requests to
 * private addresses refused unless the configuration allows them.
 * @throws {Problem} 409 `provider_unusable` when its key is missing or cannot be decrypted.
 */
export function openAdapter(
  ctx: Ctx,
  provider: ProviderRow,
  options: { retry?: false } = {},
): ProviderAdapter {
  const { config, fetch, metrics } = ctx.deps;
  const apiKey = keyOf(ctx, provider);
  return createAdapter({
    kind: provider.kind,
    ...(provider.baseUrl === null ? {} : { baseUrl: provider.baseUrl }),
    ...(apiKey === undefined ? {} : { apiKey }),
    retry: options.retry ?? {
      onRetry: () => metrics.providerRetries.inc({ provider: provider.name }),
    },
    fetch: provider.baseUrl === null ? fetch : guardedFetch(fetch, config.providerPrivateHosts),
  });
}

function keyOf(ctx: Ctx, provider: ProviderRow): string | undefined {
  if (provider.origin === "environment") {
    const key = environmentKey(provider.kind, ctx.deps.config);
    if (key === undefined) throw providerUnusable();
    return key;
  }
  if (provider.sealedKey === null) return undefined;
  try {
    return ctx.deps.secrets.open(provider.sealedKey, KEY_PURPOSE);
  } catch (error) {
    ctx.deps.logger.error(
      { err: error, providerId: provider.id },
      "provider key cannot be decrypted",
    );
    throw providerUnusable();
  }
}

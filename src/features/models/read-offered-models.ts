import type { Ctx } from "../../platform/context.ts";
import { listOfferedModels } from "../../providers/index.ts";
import { describeError } from "./describe-error.ts";
import { getProvider } from "./manage-providers.ts";
import { adapterSettings, requirePublic } from "./open-adapter.ts";
import type { ProviderRow } from "./repo.ts";
import type { OfferedModels } from "./schema.ts";

/** Asks a provider for its models; free of charge. An error of the provider is part of the result. @throws {Problem} 404. */
export async function readOfferedModels(ctx: Ctx, providerId: string): Promise<OfferedModels> {
  return askForModels(ctx, await getProvider(ctx, providerId));
}

/** The same for a provider as it is, or as it might be saved. */
export async function askForModels(ctx: Ctx, provider: ProviderRow): Promise<OfferedModels> {
  try {
    await requirePublic(ctx, provider);
    const names = await listOfferedModels(adapterSettings(ctx, provider));
    return { items: names.map((name) => ({ name })), nextCursor: null, error: null };
  } catch (error) {
    return { items: [], nextCursor: null, error: describeError(ctx, error) };
  }
}

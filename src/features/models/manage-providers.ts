import { type Ctx, inTransaction } from "../../platform/context.ts";
import { changedMeanwhile } from "../../platform/http/etag.ts";
import { publicAddresses } from "../../platform/http/public-address.ts";
import { record } from "../audit/index.ts";
import type { AdminScope } from "../identity/index.ts";
import { addressNotAllowed, keyNeeded, noSuchProvider, providerManaged } from "./errors.ts";
import { KEY_PURPOSE } from "./open-adapter.ts";
import { findProvider, insertProvider, type ProviderRow, updateProvider } from "./repo.ts";
import type { NewProvider, ProviderChange } from "./schema.ts";

const HINT_LENGTH = 4;

/** @throws {Problem} 404 `provider_not_found`. */
export async function getProvider(ctx: Ctx, providerId: string): Promise<ProviderRow> {
  const row = await findProvider(ctx.db, providerId);
  if (!row) throw noSuchProvider();
  return row;
}

/**
 * Adds a provider. Its key is encrypted and never shown again.
 * @throws {Problem} 409 for a name in use, 422 `address_not_allowed`.
 */
export async function addProvider(
  ctx: Ctx,
  _scope: AdminScope,
  input: NewProvider,
): Promise<ProviderRow> {
  await requireAllowed(ctx, input.baseUrl);
  return inTransaction(ctx, async (tx) => {
    const provider = await insertProvider(tx.db, {
      id: ctx.deps.ids.next(),
      kind: input.kind,
      name: input.name,
      baseUrl: input.baseUrl,
      origin: "admin",
      ...keyColumns(ctx, input.apiKey),
    });
    await recordFor(tx, "provider.created", provider.id, {
      kind: provider.kind,
      baseUrl: provider.baseUrl,
    });
    return provider;
  });
}

/**
 * Changes a provider. A stored key is never sent to a changed address: changing the address requires the key,
 * so that a stolen admin session cannot leak keys.
 * @throws {Problem} 404, 409 `provider_kept`, 412, 422 `key_needed` or `address_not_allowed`.
 */
export async function changeProvider(
  ctx: Ctx,
  _scope: AdminScope,
  providerId: string,
  { apiKey, ...change }: ProviderChange,
  expected: number | null,
): Promise<ProviderRow> {
  await requireAllowed(ctx, change.baseUrl ?? null);
  return inTransaction(ctx, async (tx) => {
    const before = await getProvider(tx, providerId);
    if (before.origin === "builtin") throw providerManaged();
    if (before.origin === "environment" && (apiKey !== undefined || change.baseUrl !== undefined))
      throw providerManaged();
    const moves = change.baseUrl !== undefined && change.baseUrl !== before.baseUrl;
    if (moves && before.sealedKey !== null && apiKey === undefined) throw keyNeeded();
    const provider = await updateProvider(
      tx.db,
      providerId,
      { ...change, ...(apiKey === undefined ? {} : keyColumns(ctx, apiKey)) },
      // The version that was checked above must be the one that is changed.
      expected ?? before.version,
      ctx.deps.clock.now(),
    );
    if (!provider) throw changedMeanwhile();
    await recordFor(tx, "provider.updated", providerId, {
      changed: [...Object.keys(change), ...(apiKey === undefined ? [] : ["apiKey"])],
      ...(moves ? { baseUrl: provider.baseUrl } : {}),
      ...(change.enabled === undefined ? {} : { enabled: change.enabled }),
    });
    return provider;
  });
}

/** Removes a provider and its key; its models are no longer offered. @throws {Problem} 404, 409 `provider_kept`. */
export async function deleteProvider(
  ctx: Ctx,
  _scope: AdminScope,
  providerId: string,
): Promise<void> {
  const now = ctx.deps.clock.now();
  await inTransaction(ctx, async (tx) => {
    const before = await getProvider(tx, providerId);
    if (before.origin !== "admin") throw providerManaged();
    const gone = { deletedAt: now, sealedKey: null, keyHint: null };
    if (!(await updateProvider(tx.db, providerId, gone, null, now))) throw noSuchProvider();
    await recordFor(tx, "provider.deleted", providerId, { name: before.name });
  });
}

/** Immediate feedback for an entered address; each call checks it again. */
async function requireAllowed(ctx: Ctx, baseUrl: string | null): Promise<void> {
  if (baseUrl === null || ctx.deps.config.providerPrivateHosts) return;
  try {
    await publicAddresses(new URL(baseUrl));
  } catch {
    throw addressNotAllowed();
  }
}

function keyColumns(ctx: Ctx, apiKey: string | null) {
  if (apiKey === null) return { sealedKey: null, keyHint: null };
  return {
    sealedKey: ctx.deps.secrets.seal(apiKey, KEY_PURPOSE),
    // Four characters of a short key would be most of it.
    keyHint: apiKey.length < 4 * HINT_LENGTH ? null : apiKey.slice(-HINT_LENGTH),
  };
}

function recordFor(
  tx: Ctx,
  action: "provider.created" | "provider.updated" | "provider.deleted",
  id: string,
  detail: Record<string, unknown>,
): Promise<void> {
  return record(tx, { action, target: { kind: "provider", id }, detail });
}

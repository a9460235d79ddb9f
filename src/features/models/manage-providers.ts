import { type Ctx, inTransaction } from "../../platform/context.ts";
import { changedMeanwhile } from "../../platform/http/etag.ts";
import { baseOf } from "../../providers/index.ts";
import { record } from "../audit/index.ts";
import type { AdminScope } from "../identity/index.ts";
import { headerValueNeeded, keyNeeded, noSuchProvider, providerManaged } from "./errors.ts";
import { KEY_PURPOSE, requirePublic } from "./open-adapter.ts";
import {
  findProvider,
  forgetLearned,
  insertProvider,
  type ProviderRow,
  updateProvider,
} from "./repo.ts";
import type { NewProvider, ProviderChange } from "./schema.ts";
import { storedHeaders } from "./store-headers.ts";
import type { StoredHeader } from "./tables.ts";

const HINT_LENGTH = 4;

/** @throws {Problem} 404 `provider_not_found`. */
export async function getProvider(ctx: Ctx, providerId: string): Promise<ProviderRow> {
  const row = await findProvider(ctx.db, providerId);
  if (!row) throw noSuchProvider();
  return row;
}

/**
 * Adds a provider. Its key is encrypted and never shown again.
 * @throws {Problem} 409 for a name in use, 422 `address_not_allowed` or `header_value_needed`.
 */
export async function addProvider(
  ctx: Ctx,
  _scope: AdminScope,
  input: NewProvider,
): Promise<ProviderRow> {
  const baseUrl = input.baseUrl === null ? null : baseOf(input.baseUrl);
  await requirePublic(ctx, { baseUrl });
  return inTransaction(ctx, async (tx) => {
    const provider = await insertProvider(tx.db, {
      id: ctx.deps.ids.next(),
      kind: input.kind,
      name: input.name,
      baseUrl,
      auth: input.auth,
      headers: storedHeaders(ctx, input.headers, []),
      dialect: input.dialect,
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
 * @throws {Problem} 404, 409 `provider_kept`, 412, 422 `key_needed`, `header_value_needed` or
 * `address_not_allowed`.
 */
export async function changeProvider(
  ctx: Ctx,
  _scope: AdminScope,
  providerId: string,
  { apiKey, headers, ...given }: ProviderChange,
  expected: number | null,
): Promise<ProviderRow> {
  const change = given.baseUrl ? { ...given, baseUrl: baseOf(given.baseUrl) } : given;
  await requirePublic(ctx, { baseUrl: change.baseUrl ?? null });
  return inTransaction(ctx, async (tx) => {
    const before = await getProvider(tx, providerId);
    if (before.origin === "builtin") throw providerManaged();
    const connects = [apiKey, change.baseUrl, change.auth, headers];
    if (before.origin === "environment" && connects.some((field) => field !== undefined))
      throw providerManaged();
    const moves = change.baseUrl !== undefined && change.baseUrl !== before.baseUrl;
    if (moves && before.sealedKey !== null && apiKey === undefined) throw keyNeeded();
    if (moves && headers === undefined) requireNoSecret(before.headers);
    const provider = await updateProvider(
      tx.db,
      providerId,
      {
        ...change,
        ...(apiKey === undefined ? {} : keyColumns(ctx, apiKey)),
        ...(headers === undefined
          ? {}
          : { headers: storedHeaders(ctx, headers, moves ? [] : before.headers) }),
      },
      // The version that was checked above must be the one that is changed.
      expected ?? before.version,
      ctx.deps.clock.now(),
    );
    if (!provider) throw changedMeanwhile();
    // Limits are those of the account.
    if (moves || change.dialect !== undefined || headers !== undefined || apiKey !== undefined)
      await forgetLearned(tx.db, providerId);
    await recordFor(tx, "provider.updated", providerId, {
      changed: [
        ...Object.keys(change),
        ...(apiKey === undefined ? [] : ["apiKey"]),
        ...(headers === undefined ? [] : ["headers"]),
      ],
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
    const gone = { deletedAt: now, sealedKey: null, keyHint: null, headers: [] };
    if (!(await updateProvider(tx.db, providerId, gone, null, now))) throw noSuchProvider();
    await recordFor(tx, "provider.deleted", providerId, { name: before.name });
  });
}

/** A secret value is not sent to a new address: it must come with it. @throws {Problem} 422. */
function requireNoSecret(headers: readonly StoredHeader[]): void {
  const index = headers.findIndex((header) => "sealed" in header);
  if (index !== -1) throw headerValueNeeded(index);
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

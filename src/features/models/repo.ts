import { and, asc, eq, inArray, isNotNull, isNull, or, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import type { Changes } from "../../platform/db/columns.ts";
import { prepared } from "../../platform/db/prepared.ts";
import type { DialectChange } from "../../providers/index.ts";
import { models, providers } from "./tables.ts";

export type ProviderRow = typeof providers.$inferSelect;
export type ModelRow = typeof models.$inferSelect;
export interface ModelOfProvider {
  model: ModelRow;
  provider: ProviderRow;
}

const SYNC_LOCK = 7_263_548_193;

/** Serialises processes that start at the same time, to the end of the transaction. */
export async function lockSync(db: Database): Promise<void> {
  await db.execute(sql`select pg_advisory_xact_lock(${SYNC_LOCK})`);
}

const enabledModels = prepared((db) =>
  db
    .select({ model: models, provider: providers })
    .from(models)
    .innerJoin(providers, eq(providers.id, models.providerId))
    .where(
      and(
        eq(models.enabled, true),
        eq(providers.enabled, true),
        isNull(models.deletedAt),
        isNull(providers.deletedAt),
      ),
    )
    .orderBy(asc(models.id))
    .prepare("enabled_models"),
);

/** Enabled models of enabled providers, oldest first; ids are ordered by time. */
export function listEnabledModels(db: Database): Promise<ModelOfProvider[]> {
  return enabledModels(db).execute();
}

/** A provider that is not deleted. */
export async function findProvider(
  db: Database,
  providerId: string,
): Promise<ProviderRow | undefined> {
  const [row] = await db
    .select()
    .from(providers)
    .where(and(eq(providers.id, providerId), isNull(providers.deletedAt)))
    .limit(1);
  return row;
}

/** The built-in or environment provider, deleted or not: an admin's decision outlives a restart. */
export async function findBuiltinProvider(
  db: Database,
  origin: "builtin" | "environment",
  kind: ProviderRow["kind"],
): Promise<ProviderRow | undefined> {
  const [row] = await db
    .select()
    .from(providers)
    .where(and(eq(providers.origin, origin), eq(providers.kind, kind)))
    .orderBy(asc(providers.id))
    .limit(1);
  return row;
}

export async function insertProvider(
  db: Database,
  row: typeof providers.$inferInsert,
): Promise<ProviderRow> {
  const [stored] = await db.insert(providers).values(row).returning();
  if (!stored) throw new Error("The provider was not stored");
  return stored;
}

export function listProviders(db: Database): Promise<ProviderRow[]> {
  return db.select().from(providers).where(isNull(providers.deletedAt)).orderBy(asc(providers.id));
}

/** Changes a provider if it has the expected version (null: any). @returns undefined when it has not. */
export async function updateProvider(
  db: Database,
  providerId: string,
  change: Changes<
    Pick<
      ProviderRow,
      | "name"
      | "baseUrl"
      | "sealedKey"
      | "keyHint"
      | "auth"
      | "headers"
      | "dialect"
      | "enabled"
      | "deletedAt"
    >
  >,
  expected: number | null,
  now: Date,
): Promise<ProviderRow | undefined> {
  const [row] = await db
    .update(providers)
    .set({ ...change, version: sql`${providers.version} + 1`, updatedAt: now })
    .where(
      and(
        eq(providers.id, providerId),
        isNull(providers.deletedAt),
        expected === null ? undefined : eq(providers.version, expected),
      ),
    )
    .returning();
  return row;
}

/** Providers with a stored key or headers, including deleted ones, locked to the end of the transaction. */
export function lockSealedKeys(db: Database) {
  return db
    .select({
      id: providers.id,
      name: providers.name,
      sealedKey: providers.sealedKey,
      headers: providers.headers,
    })
    .from(providers)
    .where(or(isNotNull(providers.sealedKey), sql`${providers.headers} <> '[]'::jsonb`))
    .orderBy(asc(providers.id))
    .for("update");
}

export async function replaceSealed(
  db: Database,
  providerId: string,
  sealed: Pick<ProviderRow, "sealedKey" | "headers">,
): Promise<void> {
  await db.update(providers).set(sealed).where(eq(providers.id, providerId));
}

/** Adds to what is known of a model's calls; no version changes, since no admin has changed anything. */
export async function addLearned(
  db: Database,
  modelId: string,
  change: DialectChange,
): Promise<void> {
  await db
    .update(models)
    .set({
      learned: sql`${models.learned} || ${JSON.stringify(change)}::jsonb`,
      learnedAt: sql`now()`,
    })
    .where(eq(models.id, modelId));
}

/** Forgets what was last learned before a time. */
export async function forgetLearnedBefore(db: Database, before: Date): Promise<void> {
  await db
    .update(models)
    .set({ learned: {} })
    .where(
      and(
        sql`${models.learned} <> '{}'::jsonb`,
        sql`coalesce(${models.learnedAt}, ${models.updatedAt}) < ${before.toISOString()}`,
      ),
    );
}

/** Forgets what was learned of a provider's models. */
export async function forgetLearned(db: Database, providerId: string): Promise<void> {
  await db.update(models).set({ learned: {} }).where(eq(models.providerId, providerId));
}

/** Models of all providers that are not deleted, enabled or not. */
export async function listAllModels(db: Database): Promise<ModelRow[]> {
  const rows = await db
    .select({ model: models })
    .from(models)
    .innerJoin(providers, eq(providers.id, models.providerId))
    .where(and(isNull(models.deletedAt), isNull(providers.deletedAt)))
    .orderBy(asc(models.id));
  return rows.map((row) => row.model);
}

export async function findModel(
  db: Database,
  modelId: string,
): Promise<ModelOfProvider | undefined> {
  const [row] = await db
    .select({ model: models, provider: providers })
    .from(models)
    .innerJoin(providers, eq(providers.id, models.providerId))
    .where(and(eq(models.id, modelId), isNull(models.deletedAt), isNull(providers.deletedAt)))
    .limit(1);
  return row;
}

/** Changes a model if it has the expected version (null: any). @returns undefined when it has not. */
export async function updateModel(
  db: Database,
  modelId: string,
  change: Changes<
    Omit<ModelRow, "id" | "providerId" | "name" | "version" | "createdAt" | "updatedAt">
  >,
  expected: number | null,
  now: Date,
): Promise<ModelRow | undefined> {
  const [row] = await db
    .update(models)
    .set({ ...change, version: sql`${models.version} + 1`, updatedAt: now })
    .where(
      and(
        eq(models.id, modelId),
        isNull(models.deletedAt),
        expected === null ? undefined : eq(models.version, expected),
      ),
    )
    .returning();
  return row;
}

/** Whether a provider that is not deleted has this name, ignoring case. */
export async function providerNameTaken(db: Database, name: string): Promise<boolean> {
  const rows = await db
    .select({ id: providers.id })
    .from(providers)
    .where(and(sql`lower(${providers.name}) = lower(${name})`, isNull(providers.deletedAt)))
    .limit(1);
  return rows.length > 0;
}

/** All models of a provider, including deleted ones. */
export function listModelsEver(db: Database, providerId: string): Promise<ModelRow[]> {
  return db.select().from(models).where(eq(models.providerId, providerId));
}

export async function insertModel(
  db: Database,
  row: typeof models.$inferInsert,
): Promise<ModelRow> {
  const [stored] = await db.insert(models).values(row).returning();
  if (!stored) throw new Error("The model was not stored");
  return stored;
}

/** Names of models, including deleted ones: old answers still name their model. */
export async function findModelNames(db: Database, ids: string[]) {
  if (ids.length === 0) return [];
  return db
    .select({ id: models.id, name: models.displayName })
    .from(models)
    .where(inArray(models.id, ids));
}

import { sql } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import { prepared } from "../../platform/db/prepared.ts";
import { workspaceSettings } from "./tables.ts";

const SETTINGS_LOCK = 7_263_548_194;

/** Serialises changes of settings, to the end of the transaction. */
export async function lockSettings(db: Database): Promise<void> {
  await db.execute(sql`select pg_advisory_xact_lock(${SETTINGS_LOCK})`);
}

const settings = prepared((db) => db.select().from(workspaceSettings).prepare("settings"));

/** Name and value of every setting that was ever set. */
export function listSettings(db: Database) {
  return settings(db).execute();
}

export async function storeSetting(
  db: Database,
  name: string,
  value: boolean | string | string[] | null,
  now: Date,
): Promise<void> {
  // A plain null would be the column's null, not JSON's.
  const json = sql`${JSON.stringify(value)}::text::jsonb`;
  await db
    .insert(workspaceSettings)
    .values({ name, value: json, updatedAt: now })
    .onConflictDoUpdate({ target: workspaceSettings.name, set: { value: json, updatedAt: now } });
}

import { eq, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import { prepared } from "../../platform/db/prepared.ts";
import { type GenerationRow, generations } from "./tables.ts";

const generationById = prepared((db) =>
  db
    .select()
    .from(generations)
    .where(eq(generations.id, sql.placeholder("id")))
    .limit(1)
    .prepare("generation_by_id"),
);

/** A generation by id, without an access check: for the policy and for the process that runs it. */
export async function findGeneration(db: Database, id: string): Promise<GenerationRow | undefined> {
  const [row] = await generationById(db).execute({ id });
  return row;
}

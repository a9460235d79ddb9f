import { eq } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import { type GenerationRow, generations } from "./tables.ts";

/** A generation by id, without an access check: for the policy and for the process that runs it. */
export async function findGeneration(db: Database, id: string): Promise<GenerationRow | undefined> {
  const [row] = await db.select().from(generations).where(eq(generations.id, id)).limit(1);
  return row;
}

import { and, eq, isNull } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import { agents } from "./tables.ts";

/** Where an agent belongs: read for the access rule before anything else of it. */
export async function findAgentPlace(db: Database, agentId: string, deleted: boolean) {
  const [row] = await db
    .select({ projectId: agents.projectId })
    .from(agents)
    .where(and(eq(agents.id, agentId), deleted ? undefined : isNull(agents.deletedAt)))
    .limit(1);
  return row;
}

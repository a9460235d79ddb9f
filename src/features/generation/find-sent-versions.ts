import { sql } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import { threads } from "../threads/tables.ts";
import { generations } from "./tables.ts";

/** Which of these file versions were sent to a model whose answer is still being written. */
export async function findSentVersions(
  db: Database,
  projectId: string,
  versionIds: string[],
): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(sql`
    select distinct item->>'fileVersionId' as id
    from ${threads}
    join ${generations} on ${generations.threadId} = ${threads.id}
    cross join lateral jsonb_array_elements(${generations.manifest}->'items') item
    where ${threads.projectId} = ${projectId}
      and ${generations.status} = 'running'
      and item->>'fileVersionId' in ${versionIds}`);
  return rows.map(({ id }) => id);
}

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
  // The release before names them in the manifest only.
  const rows = await db.execute<{ id: string }>(sql`
    select distinct sent.id
    from ${generations}
    join ${threads} on ${threads.id} = ${generations.threadId} and ${threads.projectId} = ${projectId}
    cross join lateral (
      select unnest(${generations.sentVersionIds})::text as id
      union
      select item->>'fileVersionId' from jsonb_array_elements(${generations.manifest}->'items') as item
    ) as sent
    where ${generations.status} = 'running' and sent.id in ${versionIds}`);
  return rows.map(({ id }) => id);
}

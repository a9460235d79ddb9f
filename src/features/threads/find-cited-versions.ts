import { sql } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import { messages, threads } from "./tables.ts";

/** Which of these file versions are cited by answers, including threads that can still be restored. */
export async function findCitedVersions(
  db: Database,
  projectId: string,
  versionIds: string[],
): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(sql`
    select distinct part->>'fileVersionId' as id
    from ${threads}
    join ${messages} on ${messages.threadId} = ${threads.id}
    cross join lateral jsonb_array_elements(${messages.parts}) part
    where ${threads.projectId} = ${projectId}
      and part->>'type' = 'citation'
      and part->>'fileVersionId' in ${versionIds}`);
  return rows.map(({ id }) => id);
}

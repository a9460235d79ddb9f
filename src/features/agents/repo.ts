import { and, asc, eq, gt, isNull, lt, or, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import type { Changes } from "../../platform/db/columns.ts";
import { prepared } from "../../platform/db/prepared.ts";
import { models, providers } from "../models/tables.ts";
import type { ProjectScope } from "../projects/index.ts";
import type { AgentScope } from "./policy.ts";
import { type AgentRow, agents } from "./tables.ts";

type AgentFields = Pick<
  AgentRow,
  "name" | "description" | "instructions" | "modelId" | "temperature" | "maxOutputTokens" | "effort"
>;

const usableAgent = prepared((db) =>
  db
    .select()
    .from(agents)
    .where(
      and(
        eq(agents.id, sql.placeholder("agentId")),
        isNull(agents.deletedAt),
        or(isNull(agents.projectId), eq(agents.projectId, sql.placeholder("projectId"))),
      ),
    )
    .limit(1)
    .prepare("usable_agent"),
);

/** An agent that a project may use: its own or the workspace's. */
export async function findUsableAgent(
  db: Database,
  { projectId }: ProjectScope,
  agentId: string,
): Promise<AgentRow | undefined> {
  const [row] = await usableAgent(db).execute({ agentId, projectId });
  return row;
}

export async function findAgent(db: Database, scope: AgentScope): Promise<AgentRow | undefined> {
  const [row] = await db.select().from(agents).where(eq(agents.id, scope.agentId)).limit(1);
  return row;
}

/**
 * A project's own agents, or the workspace's, by name.
 * @param deletedSince null for those in use; an instant for those deleted after it.
 */
export function listAgents(
  db: Database,
  scope: ProjectScope | null,
  deletedSince: Date | null,
): Promise<AgentRow[]> {
  return db
    .select()
    .from(agents)
    .where(
      and(
        scope === null ? isNull(agents.projectId) : eq(agents.projectId, scope.projectId),
        deletedSince === null ? isNull(agents.deletedAt) : gt(agents.deletedAt, deletedSince),
      ),
    )
    .orderBy(asc(sql`lower(${agents.name})`), asc(agents.id))
    .limit(500);
}

export async function insertAgent(
  db: Database,
  row: AgentFields & { id: string; projectId: string | null; createdBy: string },
): Promise<AgentRow> {
  const [agent] = await db.insert(agents).values(row).returning();
  if (!agent) throw new Error("The agent was not stored");
  return agent;
}

/** Changes an agent if it has the expected version (null: any). @returns undefined when it has not. */
export async function updateAgent(
  db: Database,
  scope: AgentScope<"write">,
  change: Changes<AgentFields & Pick<AgentRow, "deletedAt">>,
  expected: number | null,
  now: Date,
): Promise<AgentRow | undefined> {
  const [row] = await db
    .update(agents)
    .set({ ...change, version: sql`${agents.version} + 1`, updatedAt: now })
    .where(
      and(
        eq(agents.id, scope.agentId),
        expected === null ? undefined : eq(agents.version, expected),
      ),
    )
    .returning();
  return row;
}

/** Whether a model can be chosen now. */
export async function modelIsOffered(db: Database, modelId: string): Promise<boolean> {
  const rows = await db
    .select({ id: models.id })
    .from(models)
    .innerJoin(providers, eq(providers.id, models.providerId))
    .where(
      and(
        eq(models.id, modelId),
        eq(models.enabled, true),
        isNull(models.deletedAt),
        eq(providers.enabled, true),
        isNull(providers.deletedAt),
      ),
    )
    .limit(1);
  return rows.length > 0;
}

/** Removes agents that were deleted before an instant. @returns how many. */
export async function purgeAgents(db: Database, before: Date): Promise<number> {
  const rows = await db
    .delete(agents)
    .where(lt(agents.deletedAt, before))
    .returning({ id: agents.id });
  return rows.length;
}

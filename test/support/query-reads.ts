import { z } from "zod";
import type { TestApp } from "./app.ts";

/** A statement as it was sent. */
export interface SentQuery {
  text: string;
  parameters: unknown[];
}

/** Which rows a statement reads. */
export interface QueryReads {
  text: string;
  /** Rows read per table, including those that a filter removed. */
  rows: Record<string, number>;
}

interface PlanNode {
  "Relation Name"?: string | undefined;
  "Actual Rows"?: number | undefined;
  "Actual Loops"?: number | undefined;
  "Rows Removed by Filter"?: number | undefined;
  "Rows Removed by Index Recheck"?: number | undefined;
  Plans?: PlanNode[] | undefined;
}
const planNode: z.ZodType<PlanNode> = z.object({
  "Relation Name": z.string().optional(),
  "Actual Rows": z.number().optional(),
  "Actual Loops": z.number().optional(),
  "Rows Removed by Filter": z.number().optional(),
  "Rows Removed by Index Recheck": z.number().optional(),
  Plans: z.lazy(() => z.array(planNode)).optional(),
});
const explained = z.tuple([z.object({ "QUERY PLAN": z.tuple([z.object({ Plan: planNode })]) })]);

/** Notes the statements that an application's query builder sends while `work` runs. */
export async function queriesOf(app: TestApp, work: () => Promise<unknown>): Promise<SentQuery[]> {
  const sent: SentQuery[] = [];
  // Queries that were built before hold the session's logger too.
  const session: unknown = Reflect.get(app.deps.database.db, "session");
  const logger: unknown = session instanceof Object ? Reflect.get(session, "logger") : undefined;
  if (!(logger instanceof Object)) throw new Error("Drizzle has no logger");
  Reflect.set(logger, "logQuery", (text: string, parameters: unknown[]) => {
    sent.push({ text, parameters });
  });
  try {
    await work();
  } finally {
    Reflect.deleteProperty(logger, "logQuery");
  }
  return sent;
}

/** As often as PostgreSQL plans a prepared statement anew before it may keep one plan for all parameters. */
const BEFORE_GENERIC = 6;

/**
 * Runs a statement twice more, prepared, as the owner of the tables, and counts what it reads at most: with the
 * plan for its parameters, and with the plan that the server keeps.
 * @param usual the same statement with the parameters of most callers, whom a kept plan has to suit.
 */
export async function readsOf(
  app: TestApp,
  { text, parameters }: SentQuery,
  usual: SentQuery,
): Promise<QueryReads> {
  const { sql } = app.owner;
  const execute = (values: unknown[]) =>
    values.length === 0
      ? "execute explained"
      : `execute explained (${values.map(literal).join(", ")})`;
  const rows: Record<string, number> = {};
  const count = async () => {
    const plan = await sql.unsafe(`explain (analyze, format json) ${execute(parameters)}`);
    for (const [table, read] of rowsByTable(explained.parse([...plan])[0]["QUERY PLAN"][0].Plan))
      rows[table] = Math.max(rows[table] ?? 0, read);
  };
  await sql.unsafe(`prepare explained as ${text}`);
  try {
    await count();
    for (let run = 0; run < BEFORE_GENERIC; run++) await sql.unsafe(execute(usual.parameters));
    await count();
    return { text, rows };
  } finally {
    await sql.unsafe("deallocate explained");
  }
}

function rowsByTable(plan: PlanNode): Map<string, number> {
  const read = new Map<string, number>();
  visit(plan, (node) => {
    const table = node["Relation Name"];
    if (table === undefined) return;
    const each =
      (node["Actual Rows"] ?? 0) +
      (node["Rows Removed by Filter"] ?? 0) +
      (node["Rows Removed by Index Recheck"] ?? 0);
    read.set(table, (read.get(table) ?? 0) + each * (node["Actual Loops"] ?? 0));
  });
  return read;
}

/** A parameter as a literal whose type follows from its place. */
function literal(value: unknown): string {
  if (value === null) return "null";
  const text = value instanceof Date ? value.toISOString() : String(value);
  return `'${text.replaceAll("'", "''")}'`;
}

function visit(node: PlanNode, see: (node: PlanNode) => void): void {
  see(node);
  for (const below of node.Plans ?? []) visit(below, see);
}

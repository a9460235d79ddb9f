import { z } from "zod";
import type { Database } from "../../src/platform/db/client.ts";
import type { TestApp } from "./app.ts";
import { statementsThrough } from "./statements.ts";

/** A node of a plan, as `EXPLAIN (FORMAT JSON)` prints it. */
interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string | undefined;
  "Index Name"?: string | undefined;
  Plans?: PlanNode[] | undefined;
}
const planNode: z.ZodType<PlanNode> = z.object({
  "Node Type": z.string(),
  "Relation Name": z.string().optional(),
  "Index Name": z.string().optional(),
  Plans: z.lazy(() => z.array(planNode)).optional(),
});
const explained = z.array(z.object({ "QUERY PLAN": z.tuple([z.object({ Plan: planNode })]) }));

/**
 * Explains the SQL that `run` executes, and executes it.
 * @returns the indexes that it reads, sorted, and `all of <table>` for each table that it reads as a whole.
 */
export async function scansOf(
  app: TestApp,
  run: (db: Database) => Promise<unknown>,
): Promise<string[]> {
  const scans = new Set<string>();
  const explaining = statementsThrough(app.deps.database.db, async ({ text, parameters, send }) => {
    // The parameters are those of the statement, typed by it.
    const rows: unknown = await app.owner.sql.unsafe(
      `explain (format json) ${text}`,
      z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).parse(parameters),
    );
    for (const row of explained.parse(rows)) addScans(row["QUERY PLAN"][0].Plan, scans);
    return send();
  });
  await run(explaining);
  return [...scans].sort();
}

function addScans(node: PlanNode, scans: Set<string>): void {
  if (node["Index Name"] !== undefined) scans.add(node["Index Name"]);
  if (node["Node Type"] === "Seq Scan") scans.add(`all of ${node["Relation Name"]}`);
  for (const below of node.Plans ?? []) addScans(below, scans);
}

import type { Database } from "./client.ts";

/**
 * A query that is built once for each database instead of once for each call: Drizzle's building costs
 * several times what the driver does (see docs/performance.md). For hot reads.
 * @param build makes the query, with `sql.placeholder` where values go, and ends in `.prepare(name)`.
 */
export function prepared<T>(build: (db: Database) => T): (db: Database) => T {
  const built = new WeakMap<Database, T>();
  return (db) => {
    const known = built.get(db);
    if (known !== undefined) return known;
    const query = build(db);
    built.set(db, query);
    return query;
  };
}

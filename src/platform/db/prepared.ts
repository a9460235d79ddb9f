import type { Database } from "./client.ts";

/**
 * A query built once per database instead of once per call, for hot reads: Drizzle's query building costs
 * several times what the driver does (see docs/performance.md).
 * @param build makes the query, with `sql.placeholder` for values, and ends in `.prepare(name)`.
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

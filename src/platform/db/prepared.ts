import {
  fillPlaceholders,
  getTableColumns,
  getTableName,
  Param,
  type Query,
  type SQL,
  sql,
} from "drizzle-orm";
import { type PgColumn, PgDialect, type PgInsertValue, type PgTable } from "drizzle-orm/pg-core";
import type postgres from "postgres";
import type { Database } from "./client.ts";

/**
 * A query built once instead of once per call, for what each question does: Drizzle's query building costs several
 * times what the driver does (see docs/performance.md). It runs wherever it is called for, in transactions too.
 * @param build makes the query, with `sql.placeholder` for values, and ends in `.prepare(name)`.
 */
export function prepared<T extends object>(build: (db: Database) => T): (db: Database) => T {
  let built: T | undefined;
  const bound = new WeakMap<object, T>();
  return (db) => {
    built ??= build(db);
    const client = clientOf(db);
    const known = bound.get(client);
    if (known !== undefined) return known;
    // Drizzle's prepared query differs between pool and transaction only in the client that it calls.
    const query: T = Object.create(built, { client: { value: client } });
    bound.set(client, query);
    return query;
  };
}

/** A statement written as SQL, built once. @returns runs it with values for its placeholders. */
export function preparedSql(
  statement: SQL,
): (db: Database, values: Record<string, unknown>) => Promise<postgres.Row[]> {
  let built: Query | undefined;
  return async (db, values) => {
    built ??= new PgDialect().sqlToQuery(statement);
    return clientOf(db).unsafe(built.sql, fillPlaceholders(built.params, values));
  };
}

interface Client {
  unsafe(text: string, parameters: unknown[]): Promise<postgres.Row[]>;
}

/** The client of a pool or a transaction, where Drizzle keeps it. @throws Error when Drizzle keeps it elsewhere. */
function clientOf(db: Database): Client {
  const session: unknown = Reflect.get(db, "session");
  const client: unknown = typeof session === "object" && session && Reflect.get(session, "client");
  if (!isClient(client)) throw new Error("Drizzle's session has no client");
  return client;
}

function isClient(value: unknown): value is Client {
  return typeof value === "function" && "unsafe" in value;
}

/** A placeholder for a column's value. Drizzle's own encodes null as if it were a value. */
export function placeholderFor(column: PgColumn, name: string = column.name): SQL {
  const mapToDriverValue = (value: unknown) =>
    value === null ? null : column.mapToDriverValue(value);
  return sql`${new Param(sql.placeholder(name), { mapToDriverValue })}`;
}

/**
 * An insertion of one row, built once for each set of columns that rows have. @returns the stored row.
 * @param computed columns that the database computes; their placeholders are filled from the row's other fields.
 */
export function preparedInsert<T extends PgTable, C extends keyof T["$inferInsert"] = never>(
  table: T,
  computed?: Record<C, SQL>,
): (db: Database, row: Omit<T["$inferInsert"], C>) => Promise<T["$inferSelect"]> {
  const columns = Object.entries(getTableColumns(table));
  const build = (given: [string, PgColumn][]) =>
    prepared((db) => {
      const values: PgInsertValue<T> = Object.assign(
        {},
        ...given.map(([name, column]) => ({ [name]: placeholderFor(column, name) })),
        computed,
      );
      return db
        .insert(table)
        .values(values)
        .returning()
        .prepare(`insert_${getTableName(table)}`);
    });
  const built = new Map<string, ReturnType<typeof build>>();
  return async (db, row) => {
    const fields: Record<string, unknown> = row;
    const given = columns.filter(([name]) => fields[name] !== undefined);
    const shape = given.map(([name]) => name).join();
    const query = built.get(shape) ?? build(given);
    built.set(shape, query);
    const [stored] = await query(db).execute(fields);
    if (stored === undefined) throw new Error("The row was not stored");
    return stored;
  };
}

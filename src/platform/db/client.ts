import { is } from "drizzle-orm";
import { PgTransaction } from "drizzle-orm/pg-core";
import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { instrumentQueries, type Observers } from "./instrument-queries.ts";
import { limitsOf, type Work } from "./limits.ts";

/** Drizzle on postgres.js, or a transaction of it; the argument of every repo function. */
export type Database = Pick<
  PostgresJsDatabase,
  | "select"
  | "selectDistinct"
  | "selectDistinctOn"
  | "insert"
  | "update"
  | "delete"
  | "execute"
  | "transaction"
  | "with"
  | "$with"
  | "$count"
>;

/** Whether this is a transaction. */
export function isTransaction(db: Database): boolean {
  return is(db, PgTransaction);
}

export interface DatabaseClient {
  /** The query builder. */
  readonly db: PostgresJsDatabase;
  /** The driver itself, for LISTEN/NOTIFY, COPY and the job queue. */
  readonly sql: postgres.Sql;
  /** Waits up to five seconds for running queries, then closes every connection. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  url: string;
  poolMax: number;
  /** Whose time limits apply; default: requests. */
  work?: Work;
  observers?: Observers;
  applicationName?: string;
}

const NOBODY: Observers = { onQuery: () => {}, onIdleTransaction: () => {} };
const LONGEST_BACKOFF_S = 0.5;
/** Interval of the heartbeat on a listening connection, and of TCP keep-alive on an idle one. */
const HEARTBEAT_S = 10;

/** Opens a pool. Connections are made on first use, so this never throws for an unreachable server. */
export function openDatabase(options: DatabaseOptions): DatabaseClient {
  const { url, ...socket } = splitSocket(options.url);
  const work = options.work ?? "requests";
  const { session, ...limits } = limitsOf(work);
  const sql = postgres(url, {
    ...socket,
    ...limits,
    max: options.poolMax,
    idle_timeout: 60,
    keep_alive: HEARTBEAT_S,
    listen_heartbeat: HEARTBEAT_S,
    max_lifetime: 3600,
    // The driver's own backoff grows to twenty seconds; requests would wait that long after the database is
    // back.
    backoff: (attempt: number) =>
      Math.min(0.05 * 2 ** attempt, LONGEST_BACKOFF_S) * (0.5 + Math.random() / 2),
    onnotice: () => {},
    connection: { application_name: options.applicationName ?? `atelier ${work}`, ...session },
  });
  return {
    sql,
    db: drizzle(instrumentQueries(sql, options.observers ?? NOBODY)),
    close: () => sql.end({ timeout: 5 }),
  };
}

/**
 * libpq's form of a socket folder is `?host=/folder&port=5432`; postgres.js wants options and would send
 * unknown query parameters to the server.
 */
function splitSocket(url: string): { url: string; host?: string; port?: number } {
  const parsed = new URL(url);
  const host = parsed.searchParams.get("host");
  if (!host?.startsWith("/")) return { url };
  const port = Number(parsed.searchParams.get("port") ?? 5432);
  parsed.searchParams.delete("host");
  parsed.searchParams.delete("port");
  return { url: parsed.href, host, port };
}

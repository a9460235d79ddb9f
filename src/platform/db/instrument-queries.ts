import type postgres from "postgres";
import { explained } from "./errors.ts";
import { guardTransaction, type IdleObserver, type TransactionGuard } from "./guard-transaction.ts";

/** Called after each query: its text (placeholders only, no parameters), duration, and error if any. */
export type QueryObserver = (
  query: string,
  durationMs: number,
  failed: boolean,
  error?: unknown,
) => void;

/** Longer lists rarely have the same length twice, and each length would be a separate prepared statement. */
const MAX_PREPARED_PARAMETERS = 40;

/** Observers of a pool. */
export interface Observers {
  onQuery: QueryObserver;
  onIdleTransaction: IdleObserver;
}

/**
 * Wraps a postgres.js client for Drizzle: prepares queries that have parameters, times every query, and sends
 * nothing after the end of a transaction ({@link guardTransaction}). Drizzle calls `unsafe` on the client and
 * on each transaction's client, `begin` and `savepoint`; nothing else.
 */
export function instrumentQueries<T extends postgres.ISql>(
  client: T,
  observers: Observers,
  guard?: TransactionGuard,
): T {
  return new Proxy(client, {
    get(target, property, receiver) {
      const value: unknown = Reflect.get(target, property, receiver);
      if (typeof value !== "function") return value;
      const call = (...args: unknown[]): unknown => Reflect.apply(value, target, args);
      switch (property) {
        case "unsafe":
          return (text: string, parameters: unknown[] = [], options: object = {}) => {
            // Drizzle leaves statements unnamed, which costs an extra round trip per query. A text with
            // parameters is a template, so it is worth preparing.
            const prepare = parameters.length > 0 && parameters.length <= MAX_PREPARED_PARAMETERS;
            return send(guard, text, observers.onQuery, () =>
              call(text, parameters, { ...options, prepare }),
            );
          };
        case "begin":
          return (body: Body) =>
            guardTransaction<postgres.TransactionSql>(
              async (run) => call(run),
              (inner, opened) => body(instrumentQueries(inner, observers, opened)),
              observers.onIdleTransaction,
            );
        case "savepoint":
          return (body: Body) =>
            guard?.send("savepoint", () =>
              call((inner: postgres.TransactionSql) =>
                guard.whileOpen(async () => body(instrumentQueries(inner, observers, guard))),
              ),
            );
        default:
          return value;
      }
    },
  });
}

type Body = (tx: postgres.TransactionSql) => unknown;

/** The part of a query that Drizzle uses: the result, or the rows as arrays. */
interface RunningQuery extends Promise<unknown> {
  values(): Promise<unknown>;
}

/** Sends a query immediately. The row format (objects or arrays) may be chosen until the next tick. */
function send(
  guard: TransactionGuard | undefined,
  text: string,
  observe: QueryObserver,
  begin: () => unknown,
): RunningQuery {
  let query: unknown;
  const start = () => {
    query = begin();
    return query;
  };
  const run = async () => {
    const startedAt = performance.now();
    let failed = true;
    let reason: unknown;
    try {
      const rows = await (guard === undefined ? start() : guard.send(text, start));
      failed = false;
      return rows;
    } catch (error) {
      reason = error;
      throw explained(error);
    } finally {
      observe(text, performance.now() - startedAt, failed, reason);
    }
  };
  const running = run();
  return Object.assign(running, {
    values: () => {
      if (isQuery(query)) query.values();
      return running;
    },
  });
}

function isQuery(value: unknown): value is postgres.PendingQuery<postgres.Row[]> {
  return value instanceof Promise && "values" in value;
}

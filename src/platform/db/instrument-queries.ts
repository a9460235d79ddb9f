import type postgres from "postgres";
import { explained } from "./errors.ts";
import { guardTransaction, type IdleObserver, type TransactionGuard } from "./guard-transaction.ts";

/** Told of each finished query: its text (placeholders only, no parameters), duration, and what it failed with. */
export type QueryObserver = (
  query: string,
  durationMs: number,
  failed: boolean,
  error?: unknown,
) => void;

/** Longer lists are rarely the same length twice, and each length would be a statement of its own. */
const MAX_PREPARED_PARAMETERS = 40;

/** Who is told of what happens on a pool. */
export interface Observers {
  onQuery: QueryObserver;
  onIdleTransaction: IdleObserver;
}

/**
 * Wraps a postgres.js client for Drizzle: every query with parameters is prepared, every query is timed, and
 * a transaction sends nothing after its end ({@link guardTransaction}).
 * Drizzle calls `unsafe` on the client and on each transaction's client, `begin` and `savepoint`; nothing else.
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
            // Drizzle names none of its statements, which costs a second round trip for each query;
            // with parameters the text is a template, so the server may keep its plan.
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

/** What Drizzle uses of a query: awaits it, or its rows as arrays. */
interface RunningQuery extends Promise<unknown> {
  values(): Promise<unknown>;
}

/** Sends a query at once. Whether its rows come as objects or arrays may be said until the next tick. */
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

import type postgres from "postgres";

/** Told of each finished query: its text (placeholders only, no parameters) and duration. */
export type QueryObserver = (query: string, durationMs: number, failed: boolean) => void;

/** Longer lists are rarely the same length twice, and each length would be a statement of its own. */
const MAX_PREPARED_PARAMETERS = 40;

/**
 * Wraps a postgres.js client so that every query Drizzle sends is prepared and timed.
 * Drizzle calls `unsafe` on the client and on each transaction's client, so those two are enough.
 */
export function observeQueries<T extends postgres.ISql>(client: T, observe: QueryObserver): T {
  return new Proxy(client, {
    get(target, property, receiver) {
      const value: unknown = Reflect.get(target, property, receiver);
      if (typeof value !== "function") return value;
      if (property === "unsafe") {
        return (text: string, parameters: unknown[] = [], options: object = {}) => {
          // Drizzle names none of its statements, which costs a second round trip for each query;
          // with parameters the text is a template, so the server may keep its plan.
          const prepare = parameters.length > 0 && parameters.length <= MAX_PREPARED_PARAMETERS;
          return timed(
            Reflect.apply(value, target, [text, parameters, { ...options, prepare }]),
            text,
            observe,
          );
        };
      }
      if (property === "begin" || property === "savepoint") {
        return (...args: unknown[]) =>
          Reflect.apply(
            value,
            target,
            args.map((argument) =>
              typeof argument === "function" ? wrapBody(argument, observe) : argument,
            ),
          );
      }
      return value;
    },
  });
}

function wrapBody(body: CallableFunction, observe: QueryObserver) {
  return (inner: postgres.TransactionSql) => body(observeQueries(inner, observe));
}

function timed(query: unknown, text: string, observe: QueryObserver): unknown {
  if (!(query instanceof Promise)) return query;
  const then = query.then.bind(query);
  let startedAt: number | undefined;
  const finish = (failed: boolean) => observe(text, performance.now() - (startedAt ?? 0), failed);
  // The query is sent when it is first awaited, so that is where its time begins.
  // biome-ignore lint/suspicious/noThenProperty: it is a promise already; its own method is wrapped
  Object.defineProperty(query, "then", {
    value: (onDone?: (value: unknown) => unknown, onFail?: (reason: unknown) => unknown) => {
      startedAt ??= performance.now();
      return then(
        (value: unknown) => {
          finish(false);
          return onDone ? onDone(value) : value;
        },
        (reason: unknown) => {
          finish(true);
          if (onFail) return onFail(reason);
          throw reason;
        },
      );
    },
  });
  return query;
}

import type postgres from "postgres";

/** Told of each finished query: its text (placeholders only, no parameters) and duration. */
export type QueryObserver = (query: string, durationMs: number, failed: boolean) => void;

/**
 * Wraps a postgres.js client so that every query Drizzle sends is timed.
 * Drizzle calls `unsafe` on the client and on each transaction's client, so those two are enough.
 */
export function observeQueries<T extends postgres.ISql>(client: T, observe: QueryObserver): T {
  return new Proxy(client, {
    get(target, property, receiver) {
      const value: unknown = Reflect.get(target, property, receiver);
      if (typeof value !== "function") return value;
      if (property === "unsafe") {
        return (...args: unknown[]) =>
          timed(Reflect.apply(value, target, args), String(args[0]), observe);
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

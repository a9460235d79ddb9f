import { valkeyClient } from "../valkey-client.ts";

/** Timeout of a count; a slower one is done in this process alone. */
const COUNT_MS = 150;
const RETRY_MS = 1_000;

/** Counts shared by several processes. Has the interface that rate-limiter-flexible expects of a Redis client. */
export interface SharedCounts {
  readonly status: "ready" | "away";
  defineCommand(name: string, command: { lua: string }): void;
  /** Key, points to add, window in seconds. @returns the count and the remaining milliseconds. */
  rlflxIncr(args: string[]): Promise<unknown>;
  close(): void;
}

/** Counts in Valkey or Redis. While it is down, `status` says so and nothing waits for it. */
export function valkeyCounts(url: string): SharedCounts {
  let script = "";
  let client: Bun.RedisClient | undefined;
  let ready = false;
  let closed = false;
  let triedAt = Number.NEGATIVE_INFINITY;

  const connect = async (): Promise<void> => {
    triedAt = performance.now();
    const fresh = valkeyClient(url);
    client = fresh;
    fresh.onclose = () => {
      if (client === fresh) ready = false;
    };
    try {
      await fresh.connect();
      ready = client === fresh && !closed;
    } catch {
      fresh.close();
    }
  };
  const dropped = (): Error => {
    ready = false;
    client?.close();
    return new Error("Valkey does not respond");
  };
  void connect();

  return {
    get status() {
      if (!ready && !closed && performance.now() - triedAt > RETRY_MS) void connect();
      return ready ? "ready" : "away";
    },
    defineCommand(_, { lua }) {
      script = lua;
    },
    async rlflxIncr([key = "", ...args]) {
      if (client === undefined) throw dropped();
      const timeout = Promise.withResolvers<never>();
      const timer = setTimeout(() => timeout.reject(dropped()), COUNT_MS);
      try {
        return await Promise.race([
          client.send("EVAL", [script, "1", key, ...args]),
          timeout.promise,
        ]);
      } finally {
        clearTimeout(timer);
      }
    },
    close() {
      closed = true;
      ready = false;
      client?.close();
    },
  };
}

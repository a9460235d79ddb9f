const CONNECT_MS = 2_000;

/**
 * A connection to Valkey or Redis, not opened yet, that never waits behind one's back: what is asked while
 * it is away fails at once, and whoever uses it decides when to connect anew.
 */
export function valkeyClient(url: string): Bun.RedisClient {
  return new Bun.RedisClient(url, {
    autoReconnect: false,
    enableOfflineQueue: false,
    connectionTimeout: CONNECT_MS,
  });
}

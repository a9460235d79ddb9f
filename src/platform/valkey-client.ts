const CONNECT_MS = 2_000;

/**
 * A connection to Valkey or Redis, not opened yet, without automatic reconnect or offline queue: commands fail
 * immediately while it is down, and the caller decides when to reconnect.
 */
export function valkeyClient(url: string): Bun.RedisClient {
  return new Bun.RedisClient(url, {
    autoReconnect: false,
    enableOfflineQueue: false,
    connectionTimeout: CONNECT_MS,
  });
}

import type { Logger } from "../observability/logger.ts";
import { valkeyClient } from "../valkey-client.ts";
import { type Bus, Listeners } from "./bus.ts";
import { packNotice, unpackNotice } from "./notice.ts";
import { reconnectPause } from "./reconnect-pause.ts";

const CHANNEL = "atelier";
/** Publish timeout; a server that takes longer counts as disconnected. */
const PUBLISH_MS = 500;

export interface ValkeyBusOptions {
  url: string;
  processId: string;
  /** Carries messages while Valkey is down; always subscribed to. */
  fallback: Bus;
  logger: Logger;
}

/**
 * A bus over Valkey or Redis pub/sub, which costs the database nothing. While Valkey is down, messages go over
 * the fallback; after each reconnect, listeners are told of a gap.
 */
export function valkeyBus({ url, processId, fallback, logger }: ValkeyBusOptions): Bus {
  const listeners = new Listeners();
  const closing = Promise.withResolvers<void>();
  let publisher: Bun.RedisClient | undefined;
  let closed = false;

  const receive = (message: string) => {
    const { sender, topic, payload } = unpackNotice(message);
    if (sender !== processId) listeners.emit(topic, payload);
  };

  /** One connection to publish and one to subscribe; both are replaced when either is lost. */
  const connect = async (): Promise<void> => {
    const clients = [valkeyClient(url), valkeyClient(url)] as const;
    const [saying, listening] = clients;
    const lost = Promise.withResolvers<void>();
    for (const client of clients) client.onclose = () => lost.resolve();
    try {
      await Promise.all([saying.connect(), listening.connect()]);
      await listening.subscribe(CHANNEL, receive);
      publisher = saying;
      listeners.gap();
      await Promise.race([lost.promise, closing.promise]);
    } finally {
      publisher = undefined;
      for (const client of clients) client.close();
    }
  };

  const keepConnected = async (): Promise<void> => {
    let pauseMs: number | undefined;
    while (!closed) {
      const since = Date.now();
      await connect().catch(() => {});
      if (closed) return;
      pauseMs = reconnectPause(pauseMs, Date.now() - since);
      logger.warn({ pauseMs }, "Valkey unavailable; pub/sub falls back to the database");
      await Promise.race([Bun.sleep(pauseMs), closing.promise]);
    }
  };
  const connecting = keepConnected();

  return {
    async publish(topic, payload) {
      const client = publisher;
      if (client !== undefined && (await taken(client, packNotice(processId, topic, payload)))) {
        listeners.emit(topic, payload);
        return;
      }
      if (client !== undefined && client === publisher) client.close();
      await fallback.publish(topic, payload);
    },
    subscribe(topic, listener) {
      const quits = [listeners.add(topic, listener), fallback.subscribe(topic, listener)];
      return () => {
        for (const quit of quits) quit();
      };
    },
    onGap(listener) {
      const quits = [listeners.onGap(listener), fallback.onGap(listener)];
      return () => {
        for (const quit of quits) quit();
      };
    },
    async close() {
      closed = true;
      closing.resolve();
      await connecting;
      await fallback.close();
    },
  };
}

async function taken(client: Bun.RedisClient, message: string): Promise<boolean> {
  return Promise.race([
    client.publish(CHANNEL, message).then(
      () => true,
      () => false,
    ),
    Bun.sleep(PUBLISH_MS).then(() => false),
  ]);
}

import type postgres from "postgres";
import { explained } from "../db/errors.ts";
import { type Bus, Listeners } from "./bus.ts";
import { packNotice, unpackNotice } from "./notice.ts";

const CHANNEL = "atelier";

/**
 * A bus over LISTEN/NOTIFY: one channel, one listening connection per process. Local subscribers are called
 * directly, without the round trip; the echo from the database is dropped.
 */
export async function postgresBus(sql: postgres.Sql, processId: string): Promise<Bus> {
  const listeners = new Listeners();
  let connected = false;
  const listening = sql.listen(
    CHANNEL,
    (message) => {
      const { sender, topic, payload } = unpackNotice(message);
      if (sender !== processId) listeners.emit(topic, payload);
    },
    () => {
      // Called again after each reconnect: messages sent in between are lost.
      if (connected) listeners.gap();
      connected = true;
    },
  );
  const subscription = await listening.catch((error) => {
    throw explained(error);
  });
  return {
    publish: async (topic, payload) => {
      listeners.emit(topic, payload);
      await sql.notify(CHANNEL, packNotice(processId, topic, payload)).catch((error) => {
        throw explained(error);
      });
    },
    subscribe: (topic, listener) => listeners.add(topic, listener),
    onGap: (listener) => listeners.onGap(listener),
    close: () => subscription.unlisten(),
  };
}

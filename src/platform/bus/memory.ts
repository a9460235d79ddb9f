import { type Bus, Listeners } from "./bus.ts";

/** A bus within one process. */
export function memoryBus(): Bus {
  const listeners = new Listeners();
  return {
    publish: async (topic, payload) => listeners.emit(topic, payload),
    subscribe: (topic, listener) => listeners.add(topic, listener),
    onGap: (listener) => listeners.onGap(listener),
    close: async () => {},
  };
}

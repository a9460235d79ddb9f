/** AnswerPubSub a peer that has stopped sending. */

export interface SilenceWatch {
  /** From now on bytes are awaited. */
  listen(): void;
  /** Bytes came, or nobody reads at the moment: a slow reader is not a silent sender. */
  rest(): void;
  readonly expired: boolean;
  stop(): void;
}

/**
 * Calls `onSilence` once when a wait lasts `timeoutMs`. One timer serves the whole call and is re-armed
 * when it fires, not on each read: a read costs a look at the clock, nothing more.
 */
export function watchSilence(timeoutMs: number, onSilence: () => void): SilenceWatch {
  /** When the wait began; undefined while nothing is awaited. */
  let since: number | undefined;
  let expired = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function check() {
    const left = since === undefined ? timeoutMs : since + timeoutMs - performance.now();
    // Timers may fire a fraction of a millisecond early.
    if (left > 1) {
      timer = setTimeout(check, left);
      return;
    }
    expired = true;
    onSilence();
  }
  check();

  return {
    listen() {
      since = performance.now();
    },
    rest() {
      since = undefined;
    },
    get expired() {
      return expired;
    },
    stop() {
      clearTimeout(timer);
    },
  };
}

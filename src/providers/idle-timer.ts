export interface IdleTimer {
  /** Starts or restarts the wait for bytes. */
  start(): void;
  /** Ends the wait: bytes arrived, or no read is pending. A slow consumer must not look like an idle sender. */
  pause(): void;
  readonly expired: boolean;
  stop(): void;
}

/**
 * Calls `onIdle` once when a wait lasts `timeoutMs`. One timer serves the whole call and is re-armed when it
 * fires, not on each read, so a read costs one clock reading.
 */
export function startIdleTimer(timeoutMs: number, onIdle: () => void): IdleTimer {
  /** Start of the current wait; undefined while paused. */
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
    onIdle();
  }
  check();

  return {
    start() {
      since = performance.now();
    },
    pause() {
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

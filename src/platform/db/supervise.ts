/** A supervised process. */
export interface Watched {
  /** Resolves with the exit code, whether the exit was wanted or not. */
  readonly exited: Promise<number>;
  /** Asks it to exit and waits for that. */
  stop(): Promise<void>;
  /** Asks it to exit without waiting, for when this process itself exits. */
  abandon(): void;
}

/** Notifications for the caller of {@link supervise}. */
export interface Watcher {
  ended(exitCode: number): void;
  failed(error: unknown, pauseMs: number): void;
  back(): void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
/** After this uptime the backoff starts again. */
const HEALTHY_MS = 60_000;

/**
 * Restarts a process whenever it exits unexpectedly, with growing pauses and without end. If the first start
 * fails, the caller gets the error.
 * @throws what the first `start` throws.
 */
export async function supervise(
  start: () => Promise<Watched>,
  watcher: Watcher,
): Promise<{ stop(): Promise<void> }> {
  let current: Watched | undefined = await start();
  let stopping = false;
  const wake = new AbortController();
  const onExit = () => current?.abandon();
  process.on("exit", onExit);

  const watch = async () => {
    let pauseMs = FIRST_PAUSE_MS;
    let startedAt = Date.now();
    while (!stopping) {
      if (current !== undefined) {
        const code = await current.exited;
        if (stopping) return;
        current = undefined;
        watcher.ended(code);
        if (Date.now() - startedAt > HEALTHY_MS) pauseMs = FIRST_PAUSE_MS;
      }
      await pause(pauseMs, wake.signal);
      if (stopping) return;
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      try {
        startedAt = Date.now();
        current = await start();
        watcher.back();
      } catch (error) {
        watcher.failed(error, pauseMs);
      }
    }
  };
  const watching = watch();
  return {
    stop: async () => {
      stopping = true;
      wake.abort();
      // Lets a running start finish, so that what it has started is stopped too.
      await Promise.race([watching, current?.stop()]);
      await watching;
      await current?.stop();
      process.off("exit", onExit);
    },
  };
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

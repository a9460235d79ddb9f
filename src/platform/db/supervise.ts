/** A process that somebody watches. */
export interface Watched {
  /** Resolves with the exit code when it ends, wanted or not. */
  readonly exited: Promise<number>;
  /** Asks it to end and waits until it has. */
  stop(): Promise<void>;
  /** Asks it to end and waits for nothing: for the moment in which this process ends itself. */
  abandon(): void;
}

/** What whoever runs the supervised process wants to know. Nothing of it is content. */
export interface Watcher {
  ended(exitCode: number): void;
  failed(error: unknown, pauseMs: number): void;
  back(): void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
/** One that has lived this long begins with the first pause again. */
const HEALTHY_MS = 60_000;

/**
 * Keeps a process running: starts it again whenever it ends unasked, with growing pauses, for as long as
 * it takes. The first start is the caller's to see fail.
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
      // A start that is under way is let finish, so that what it has started is stopped too.
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

import type { Deps } from "../../deps.ts";
import { after, isEnd, type Numbered } from "./answer-log.ts";
import type { Notices } from "./notices.ts";
import { findGeneration, readLog } from "./repo.ts";
import type { Runner } from "./runner.ts";

const HEARTBEAT_MS = 15_000;
/** How long a client should wait before it reconnects when this process goes away. */
const RETRY_HINT = "retry: 250\n\n";

export interface Reading {
  generationId: string;
  /** The number that the reader has. */
  from: number;
  /** Aborts when the reader has gone. */
  signal: AbortSignal;
}

/**
 * An answer's events after a number, as the text of an event stream (WHATWG HTML, server-sent events):
 * first what the log has, then what comes, to the end. It holds a number and nothing else, so a reader
 * that stalls keeps no memory; what it missed is merged when it reads again.
 */
export async function* follow(
  deps: Deps,
  runner: Runner,
  notices: Notices,
  reading: Reading,
): AsyncGenerator<string> {
  const { generationId, signal } = reading;
  let at = reading.from;
  let quietSince = Date.now();
  const bell = new Bell();
  const answer = runner.find(generationId);
  const quit = answer?.onGrowth(bell.ring) ?? notices.on(generationId, bell.ring);
  const quiet = notices.onPulse(bell.ring);
  const ends = AbortSignal.any([signal, deps.lifecycle.drainSignal]);
  ends.addEventListener("abort", bell.ring, { once: true });
  deps.metrics.streams.inc();
  try {
    while (!signal.aborted) {
      const batch = answer ? answer.log.after(at) : await readStored(deps, generationId, at);
      if (batch.length > 0) {
        at = batch.at(-1)?.end ?? at;
        quietSince = Date.now();
        yield batch.map(encode).join("");
        if (batch.some(({ event }) => isEnd(event))) return;
        continue;
      }
      if (deps.lifecycle.draining) {
        yield RETRY_HINT;
        return;
      }
      if (answer && runner.find(generationId) !== answer && !answer.log.ended) return;
      if (!answer && !(await stillRunning(deps, generationId))) {
        const rest = await readStored(deps, generationId, at);
        if (rest.length > 0) yield rest.map(encode).join("");
        return;
      }
      if (Date.now() - quietSince >= HEARTBEAT_MS) {
        quietSince = Date.now();
        yield ": still here\n\n";
      }
      await bell.wait();
    }
  } finally {
    quit();
    quiet();
    ends.removeEventListener("abort", bell.ring);
    deps.metrics.streams.dec();
  }
}

async function readStored(deps: Deps, generationId: string, at: number): Promise<Numbered[]> {
  const stored = await readLog(deps.database.db, generationId, at);
  return stored.flatMap((entry) => after(entry, at) ?? []);
}

async function stillRunning(deps: Deps, generationId: string): Promise<boolean> {
  return (await findGeneration(deps.database.db, generationId))?.status === "running";
}

/** One event as the stream carries it: its number, its type, its JSON. */
function encode({ end, event }: Numbered): string {
  return `id: ${end}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Lets one waiter sleep until it is rung; a ring while nobody waits is remembered. */
class Bell {
  #rung = false;
  #wake: (() => void) | undefined;

  readonly ring = (): void => {
    this.#rung = true;
    this.#wake?.();
  };

  async wait(): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
    this.#rung = false;
  }
}

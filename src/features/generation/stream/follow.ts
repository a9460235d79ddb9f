import type { Ctx } from "../../../platform/context.ts";
import type { Deps } from "../../../platform/deps.ts";
import { findGeneration } from "../find-generation.ts";
import type { GenerationScope } from "../policy.ts";
import { readLast, readLog } from "../repo.ts";
import type { Runner } from "../runner.ts";
import { AccessWatch } from "./access-watch.ts";
import { isEnd, type Numbered } from "./answer-log.ts";
import type { AnswerPubSub } from "./answer-pubsub.ts";

const HEARTBEAT_MS = 15_000;
/** Reconnect delay for clients when this process cannot continue. */
const RETRY_HINT = "retry: 250\n\n";

export interface Reading {
  /** The reader's scope. */
  scope: GenerationScope;
  /** The last number the reader has. */
  from: number;
  /** Aborts when the reader disconnects. */
  signal: AbortSignal;
}

/** Where events come from: the memory of the process that writes the answer, or the stored log. */
interface Source {
  after(at: number): Promise<Numbered[]>;
  /**
   * Called when there is nothing after a number.
   * @returns `running` while more will come; the last event when it has ended; `gone` when this source does not
   * know.
   */
  state(): Promise<"running" | "gone" | Numbered>;
  onGrowth(wake: () => void): () => void;
}

/**
 * An answer's events after a number as an event stream (WHATWG HTML, server-sent events): backfill from the
 * log, then live, to the end. It holds only a number, so a stalled reader uses no memory; missed text is merged
 * when it reads again. Every stream of an ended answer ends with its last event, even for a reader that had
 * seen more than a lost process could store. It ends early when the reader loses access.
 */
export async function* follow(
  ctx: Ctx,
  runner: Runner,
  pubsub: AnswerPubSub,
  reading: Reading,
): AsyncGenerator<string> {
  const { deps } = ctx;
  const { scope, signal } = reading;
  const generationId = scope.generation.id;
  const { leaveSignal } = deps.lifecycle;
  const source = liveSource(runner, generationId) ?? storedSource(deps, pubsub, generationId);
  let at = reading.from;
  let quietSince = Date.now();
  const wakeup = new Wakeup();
  const quit = source.onGrowth(wakeup.ring);
  for (const end of [signal, leaveSignal]) end.addEventListener("abort", wakeup.ring);
  const quiet = pubsub.onPulse(wakeup.ring);
  const access = new AccessWatch(ctx, scope.thread, wakeup.ring);
  deps.metrics.streams.inc();
  const close = deps.services.generation.streams.open(scope.thread.project.userId);
  try {
    while (!signal.aborted) {
      if (access.doubted && (await access.isLost())) return;
      const batch = await source.after(at);
      if (batch.length > 0) {
        at = batch.at(-1)?.end ?? at;
        quietSince = Date.now();
        yield batch.map(encode).join("");
        if (batch.some(({ event }) => isEnd(event))) return;
        continue;
      }
      const state = await source.state();
      if (state !== "running" && state !== "gone") {
        const missed = await source.after(at);
        yield missed.length > 0
          ? missed.map(encode).join("")
          : encode({ end: Math.max(state.end, at + 1), event: state.event });
        return;
      }
      if (state === "gone" || leaveSignal.aborted) {
        yield RETRY_HINT;
        return;
      }
      if (Date.now() - quietSince >= HEARTBEAT_MS) {
        quietSince = Date.now();
        yield ": keep-alive\n\n";
      }
      await wakeup.wait();
    }
  } catch (error) {
    // The database is down: the reader reconnects.
    deps.logger.warn({ err: error, generationId }, "event stream aborted");
    yield RETRY_HINT;
  } finally {
    quit();
    quiet();
    access.close();
    for (const end of [signal, leaveSignal]) end.removeEventListener("abort", wakeup.ring);
    deps.metrics.streams.dec();
    close();
  }
}

function liveSource(runner: Runner, generationId: string): Source | undefined {
  const answer = runner.find(generationId);
  if (!answer) return undefined;
  const { log } = answer;
  return {
    after: async (at) => log.after(at),
    state: async () => log.last ?? (runner.find(generationId) === answer ? "running" : "gone"),
    onGrowth: (wake) => answer.onGrowth(wake),
  };
}

function storedSource({ database }: Deps, pubsub: AnswerPubSub, generationId: string): Source {
  return {
    after: (at) => readLog(database.db, generationId, at),
    state: async () => {
      const found = await findGeneration(database.db, generationId);
      if (found?.status === "running") return "running";
      const last = await readLast(database.db, generationId);
      return last && isEnd(last.event) ? last : "gone";
    },
    onGrowth: (wake) => pubsub.on(generationId, wake),
  };
}

/** One event in SSE format: number, type, JSON. */
function encode({ end, event }: Numbered): string {
  return `id: ${end}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Wakes one waiter; a call without a waiter is remembered. */
class Wakeup {
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

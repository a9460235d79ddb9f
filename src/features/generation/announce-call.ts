import type { Deps } from "../../platform/deps.ts";
import { markSent } from "../metering/index.ts";
import type { RunningAnswer } from "./running-answer.ts";

const RETRY_MS = 500;

/**
 * Stores that an answer's provider is about to be called, before it is called: when the process is lost before
 * that, no call was made and nothing is charged. While the database is down the call waits. An answer that was
 * taken over or ended meanwhile is ended here and must not be called for.
 */
export async function announceCall(deps: Deps, answer: RunningAnswer): Promise<void> {
  const { generationId } = answer.plan;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  answer.signal.addEventListener("abort", () => resolve());
  while (answer.cause === undefined) {
    const marked = await Promise.race([
      ended,
      markSent(deps.database.db, generationId).catch((error: unknown) => {
        deps.logger.warn({ err: error, generationId }, "call not announced yet");
        return undefined;
      }),
    ]);
    if (marked === true) return;
    if (marked === false) answer.end("lost");
    else await Promise.race([ended, Bun.sleep(RETRY_MS)]);
  }
}

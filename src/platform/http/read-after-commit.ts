import { PATIENCE_MS, PAUSE_MS } from "../db/commit-outcome.ts";
import { CommitUnknownError, isUnavailable } from "../db/errors.ts";

/**
 * Reads what an answer shows of an effect that stands, again on a new connection while the database is away:
 * a 503 would deny what was done. For verbs whose effect cannot be one transaction with its answer
 * (`answerWithEffect`), such as those that hash a password first.
 * @throws {CommitUnknownError} when the database stays away, so that the caller is told to look.
 */
export async function readAfterCommit<T>(read: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      if (performance.now() > deadline) throw new CommitUnknownError(error);
      await Bun.sleep(PAUSE_MS);
    }
  }
}

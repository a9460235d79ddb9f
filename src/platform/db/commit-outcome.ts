import type { Database } from "./client.ts";

/**
 * Finds out whether a transaction was committed, by a row that it stored. Must wait for a transaction that may
 * still commit: a lost connection does not end the server's side at once.
 */
export type CommitProof = (db: Database) => Promise<boolean>;

/** As long as the caller waits for the request; longer than most reconnects of the pool. */
export const PATIENCE_MS = 8_000;
export const PAUSE_MS = 100;

/**
 * Asks on new connections whether a transaction was committed after the answer to its COMMIT was lost.
 * @returns undefined when the database did not answer in time.
 */
export async function wasCommitted(db: Database, proof: CommitProof): Promise<boolean | undefined> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let left = PATIENCE_MS; left > 0; left = deadline - performance.now()) {
    // The fault that broke the first connection may break this one too, or keep it from opening.
    const answer = await Promise.race([
      proof(db).catch(() => undefined),
      Bun.sleep(left).then(() => undefined),
    ]);
    if (answer !== undefined) return answer;
    await Bun.sleep(PAUSE_MS);
  }
  return undefined;
}

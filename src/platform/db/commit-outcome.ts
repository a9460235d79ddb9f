import type { Database } from "./client.ts";

/**
 * Tells by something that a transaction has stored whether it was committed. Must wait for a transaction
 * that can still commit it: a lost connection does not end the server's side of it at once.
 */
export type CommitProof = (db: Database) => Promise<boolean>;

/** As long as somebody waits for the request; longer than most restarts of a connection pool. */
const PATIENCE_MS = 8_000;
const PAUSE_MS = 100;

/**
 * Asks on new connections whether a transaction was committed whose answer to COMMIT was lost.
 * @returns undefined when the database did not say in time.
 */
export async function wasCommitted(db: Database, proof: CommitProof): Promise<boolean | undefined> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let left = PATIENCE_MS; left > 0; left = deadline - performance.now()) {
    // Whatever ended the first connection may end this one too, or never let it begin.
    const answer = await Promise.race([
      proof(db).catch(() => undefined),
      Bun.sleep(left).then(() => undefined),
    ]);
    if (answer !== undefined) return answer;
    await Bun.sleep(PAUSE_MS);
  }
  return undefined;
}

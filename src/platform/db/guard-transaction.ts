import postgres from "postgres";
import { CommitUnknownError, TransactionOverError } from "./errors.ts";

/** Says whether a transaction may still send something. */
export interface TransactionGuard {
  /** @throws {TransactionOverError} once the transaction has committed, rolled back or lost its connection. */
  assertOpen(): void;
}

/**
 * Runs one transaction of the driver. Its promise may settle while the body still runs: when the connection
 * is lost while the body awaits something else. From then on the guard refuses the body's statements.
 * @param begin the driver's own: sends BEGIN, runs the body, sends COMMIT or ROLLBACK.
 * @throws {CommitUnknownError} when the answer to COMMIT was lost; any other error means that nothing was committed.
 */
export async function guardTransaction<Tx>(
  begin: (body: (tx: Tx) => Promise<unknown>) => Promise<unknown>,
  body: (tx: Tx, guard: TransactionGuard) => unknown,
): Promise<unknown> {
  let over = false;
  let committing = false;
  const guard: TransactionGuard = {
    assertOpen: () => {
      if (over) throw new TransactionOverError();
    },
  };
  try {
    return await begin(async (tx) => {
      const result = await body(tx, guard);
      committing = !over;
      return result;
    });
  } catch (error) {
    if (committing && !isRefusedByServer(error)) throw new CommitUnknownError(error);
    throw error;
  } finally {
    over = true;
  }
}

/** A canceled COMMIT may have been carried out, as may one whose backend was told to end. */
const MAY_HAVE_COMMITTED = /^(57|08|58)/;

/** The server answered COMMIT with an error: the transaction was rolled back. */
function isRefusedByServer(error: unknown): boolean {
  return error instanceof postgres.PostgresError && !MAY_HAVE_COMMITTED.test(error.code);
}

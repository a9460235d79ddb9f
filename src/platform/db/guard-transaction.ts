import postgres from "postgres";
import { hasCode } from "../has-code.ts";
import { CommitUnknownError, explained, TransactionOverError } from "./errors.ts";

/** Called when a transaction awaits something other than its database, with the statement before. */
export type IdleObserver = (after: string) => void;

/** Guards the connection of one transaction against statements that come too late. */
export class TransactionGuard {
  readonly #onIdle: IdleObserver;
  #over = false;
  /** Statements in flight, starting with the driver's BEGIN. */
  #inFlight = 1;
  #last = "begin";

  constructor(onIdle: IdleObserver) {
    this.#onIdle = onIdle;
  }

  /**
   * Runs one statement of the transaction.
   * @throws {TransactionOverError} once the transaction has committed, rolled back or lost its connection.
   */
  async send<T>(text: string, statement: () => T): Promise<Awaited<T>> {
    if (this.#over) throw new TransactionOverError();
    this.#last = text;
    this.#inFlight++;
    try {
      return await statement();
    } finally {
      this.#inFlight--;
      this.#expectNext();
    }
  }

  /** Runs the body of a transaction or savepoint, between the statements that the driver adds. */
  async whileOpen<T>(body: () => Promise<T>): Promise<T> {
    this.#inFlight--;
    this.#expectNext();
    try {
      return await body();
    } finally {
      this.#inFlight++;
    }
  }

  /**
   * With nothing in flight, the next statement must follow immediately: a turn of the event loop means that the
   * body awaits something else while it holds locks and a connection.
   */
  #expectNext(): void {
    if (this.#inFlight > 0) return;
    setImmediate(() => {
      if (this.#inFlight === 0 && !this.#over) this.#onIdle(this.#last);
    });
  }

  end(): void {
    this.#over = true;
  }
}

/**
 * Runs one transaction of the driver. When the connection is lost while the body awaits something else, the
 * driver's promise settles while the body still runs; from then on the guard refuses the body's statements.
 * @param begin the driver's own: sends BEGIN, runs the body, sends COMMIT or ROLLBACK.
 * @throws {CommitUnknownError} when the answer to COMMIT was lost. Any other error means that nothing was
 * committed: {@link DatabaseUnavailableError} when the connection was lost earlier, or the body's own error.
 */
export async function guardTransaction<Tx>(
  begin: (body: (tx: Tx) => Promise<unknown>) => Promise<unknown>,
  body: (tx: Tx, guard: TransactionGuard) => unknown,
  onIdle: IdleObserver,
): Promise<unknown> {
  const guard = new TransactionGuard(onIdle);
  let lost = false;
  let committing = false;
  try {
    return await begin(async (tx) => {
      const result = await guard.whileOpen(async () => body(tx, guard));
      committing = !lost;
      return result;
    });
  } catch (error) {
    if (committing && !isRefusedByServer(error)) throw new CommitUnknownError(explained(error));
    throw explained(error);
  } finally {
    lost = true;
    guard.end();
  }
}

/** A cancelled COMMIT, or one whose backend was terminated, may have been carried out. */
const MAY_HAVE_COMMITTED = /^(57|08|58)/;

/** The server answered COMMIT with a rollback: with an error, or without one after a failed statement. */
function isRefusedByServer(error: unknown): boolean {
  if (error instanceof postgres.PostgresError) return !MAY_HAVE_COMMITTED.test(error.code);
  return hasCode(error, "TRANSACTION_ROLLED_BACK");
}

import postgres from "postgres";
import { CommitUnknownError, explained, TransactionOverError } from "./errors.ts";

/** Told when a transaction awaits something other than its database, with the statement before that. */
export type IdleObserver = (after: string) => void;

/** Stands between a transaction's body and its connection. */
export class TransactionGuard {
  readonly #onIdle: IdleObserver;
  #over = false;
  /** Statements that the server works on, from the driver's BEGIN on. */
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

  /** Runs the body of a transaction or of a savepoint, between the statements that the driver adds itself. */
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
   * With nothing in flight, the next statement must follow at once: whatever takes a turn of the event loop is
   * a wait for something else, during which locks are held and a connection is kept.
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
 * Runs one transaction of the driver. Its promise may settle while the body still runs: when the connection
 * is lost while the body awaits something else. From then on the guard refuses the body's statements.
 * @param begin the driver's own: sends BEGIN, runs the body, sends COMMIT or ROLLBACK.
 * @throws {CommitUnknownError} when the answer to COMMIT was lost. Any other error means that nothing was
 * committed: {@link DatabaseUnavailableError} when the connection was lost before, or what the body threw.
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

/** A canceled COMMIT may have been carried out, as may one whose backend was told to end. */
const MAY_HAVE_COMMITTED = /^(57|08|58)/;

/** The server answered COMMIT by rolling back, with an error or, after a failed statement, without one. */
function isRefusedByServer(error: unknown): boolean {
  if (error instanceof postgres.PostgresError) return !MAY_HAVE_COMMITTED.test(error.code);
  return error instanceof Error && Reflect.get(error, "code") === "TRANSACTION_ROLLED_BACK";
}

import postgres from "postgres";

/** The database gave no answer: it cannot be reached, has no time or room for it, or is going away. Try again. */
export class DatabaseUnavailableError extends Error {
  override readonly name = "DatabaseUnavailableError";
  readonly code = "DATABASE_UNAVAILABLE";
  constructor(cause: unknown) {
    super("The database gave no answer", { cause });
  }
}

/**
 * The connection was lost between sending COMMIT and its answer, so nobody knows whether the transaction
 * was committed. Look its effect up by id before anything is compensated, refused or repeated.
 *
 * Every other error of a transaction means that nothing of it was committed.
 */
export class CommitUnknownError extends Error {
  override readonly name = "CommitUnknownError";
  readonly code = "COMMIT_UNKNOWN";
  constructor(cause: unknown) {
    super("The connection was lost while the transaction committed", { cause });
  }
}

/** The transaction has ended, or its connection is lost: what comes late reaches no other transaction. */
export class TransactionOverError extends Error {
  override readonly name = "TransactionOverError";
  readonly code = "TRANSACTION_OVER";
  constructor() {
    super("The transaction has ended or its connection is lost; nothing more of it is sent");
  }
}

const OURS = [DatabaseUnavailableError, CommitUnknownError, TransactionOverError];

/** Whether an error, or what caused it, says that the database gave no answer. */
export function isUnavailable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (OURS.some((known) => cause instanceof known)) return true;
  }
  return false;
}

/** Whether a statement was ended because it took longer than its limit, though the database was there. */
export function isOverLimit(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof postgres.PostgresError && cause.code === "57014") return true;
  }
  return false;
}

/** What the driver says of a connection that it could not make, lost, or gave up. */
const LOST =
  /^(CONNECTION_(CLOSED|ENDED|DESTROYED)|(CONNECT|RESPONSE|QUEUE)_TIMEOUT|TRANSACTION_OVER)$/;
/** What the operating system says of a socket, such as ECONNREFUSED, or ENOENT for a socket file. */
const SYSTEM = /^E[A-Z][A-Z0-9_]+$/;
/**
 * SQLSTATEs (PostgreSQL's appendix A): connection exceptions; shutdown, crash, start-up; the end of a
 * statement by its limit or by hand; a transaction ended for idling or lasting; too many connections;
 * a standby, where the primary was before a failover.
 */
const AWAY = /^(08...|57P..|57014|25P0[34]|53300|25006)$/;

/** Turns an error of the driver that says that the database gave no answer into {@link DatabaseUnavailableError}. */
export function explained(error: unknown): unknown {
  if (!(error instanceof Error) || isUnavailable(error)) return error;
  const code: unknown = Reflect.get(error, "code");
  if (typeof code !== "string") return error;
  const away =
    error instanceof postgres.PostgresError
      ? AWAY.test(code)
      : LOST.test(code) || SYSTEM.test(code);
  return away ? new DatabaseUnavailableError(error) : error;
}

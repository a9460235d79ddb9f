import postgres from "postgres";

/** The database did not answer: unreachable, overloaded, out of connections, or shutting down. Retry later. */
export class DatabaseUnavailableError extends Error {
  override readonly name = "DatabaseUnavailableError";
  readonly code = "DATABASE_UNAVAILABLE";
  constructor(cause: unknown) {
    super("The database did not answer", { cause });
  }
}

/**
 * The connection was lost between sending COMMIT and its answer, so it is unknown whether the transaction was
 * committed. Look its effect up by id before compensating, refusing or repeating anything.
 *
 * Any other error of a transaction means that nothing was committed.
 */
export class CommitUnknownError extends Error {
  override readonly name = "CommitUnknownError";
  readonly code = "COMMIT_UNKNOWN";
  constructor(cause: unknown) {
    super("The connection was lost while the transaction committed", { cause });
  }
}

/**
 * The transaction has ended or lost its connection: later statements are refused so that they reach no other
 * transaction.
 */
export class TransactionOverError extends Error {
  override readonly name = "TransactionOverError";
  readonly code = "TRANSACTION_OVER";
  constructor() {
    super("The transaction has ended or lost its connection; no more statements are sent");
  }
}

const OURS = [DatabaseUnavailableError, CommitUnknownError, TransactionOverError];

/** Whether an error, or its cause, means that the database did not answer. */
export function isUnavailable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (OURS.some((known) => cause instanceof known)) return true;
  }
  return false;
}

/** Whether a statement was cancelled by its time limit while the database was available. */
export function isOverLimit(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof postgres.PostgresError && cause.code === "57014") return true;
  }
  return false;
}

/** The driver's codes for a connection that it could not open, lost, or gave up. */
const LOST =
  /^(CONNECTION_(CLOSED|ENDED|DESTROYED)|(CONNECT|RESPONSE|QUEUE)_TIMEOUT|TRANSACTION_OVER)$/;
/** System error codes of a socket, such as ECONNREFUSED, or ENOENT for a socket file. */
const SYSTEM = /^E[A-Z][A-Z0-9_]+$/;
/**
 * SQLSTATEs (PostgreSQL's appendix A): connection exceptions; shutdown, crash, start-up; statement cancelled or
 * timed out; transaction idle or total timeout; too many connections; read-only, after a failover.
 */
const AWAY = /^(08...|57P..|57014|25P0[34]|53300|25006)$/;

/** Converts a driver error that means that the database did not answer into {@link DatabaseUnavailableError}. */
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

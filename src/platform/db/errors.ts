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

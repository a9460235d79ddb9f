/** What a pool of connections is for. */
export type Work = "requests" | "jobs" | "readiness" | "maintenance";

/** Time limits of a pool in milliseconds; null: the server's own settings apply. */
interface Limits {
  /** One statement, including lock waits. Enforced by the server (`statement_timeout`). */
  statementMs: number | null;
  /** Idle time between two statements of a transaction. The server ends the session. */
  idleInTransactionMs: number | null;
  /** Waiting for a free connection. */
  queueMs: number | null;
  /** Opening a connection, including authentication. */
  connectMs: number;
}

const LIMITS: Record<Work, Limits> = {
  /** A caller waits: after ten seconds at most they get 503 with Retry-After. */
  requests: { statementMs: 5_000, idleInTransactionMs: 10_000, queueMs: 4_000, connectMs: 4_000 },
  /** Indexing and purging: long statements are fine, but a job must not hold locks forever. */
  jobs: {
    statementMs: 120_000,
    idleInTransactionMs: 60_000,
    queueMs: 60_000,
    connectMs: 5_000,
  },
  readiness: { statementMs: 1_500, idleInTransactionMs: 1_500, queueMs: 1_500, connectMs: 1_500 },
  /** Migrations and operator commands have no limit. */
  maintenance: { statementMs: null, idleInTransactionMs: null, queueMs: null, connectMs: 5_000 },
};

/** Time for the answer to arrive after the server's own limit. */
const ANSWER_MARGIN_MS = 1_000;

/** The driver's and the server's settings for a kind of work; the server gets its own at session start. */
export function limitsOf(work: Work) {
  const { statementMs, idleInTransactionMs, queueMs, connectMs } = LIMITS[work];
  return {
    connect_timeout: connectMs / 1000,
    queue_timeout: queueMs === null ? null : queueMs / 1000,
    // The server ends a statement in time if it is alive: longer silence means that it is not.
    response_timeout: statementMs === null ? null : (statementMs + ANSWER_MARGIN_MS) / 1000,
    session: {
      ...(statementMs === null ? {} : { statement_timeout: statementMs }),
      ...(idleInTransactionMs === null
        ? {}
        : { idle_in_transaction_session_timeout: idleInTransactionMs }),
    },
  };
}

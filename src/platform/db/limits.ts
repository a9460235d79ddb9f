/** What a pool of connections is for. */
export type Work = "requests" | "jobs" | "readiness" | "maintenance";

/** How long things may take on a pool, in milliseconds; null for as long as the server's own settings allow. */
interface Limits {
  /** One statement, waiting for locks included. The server ends it (`statement_timeout`). */
  statementMs: number | null;
  /** A transaction between two statements. The server ends its session. */
  idleInTransactionMs: number | null;
  /** Waiting for a free connection. */
  queueMs: number | null;
  /** Making a connection, sign-in included. */
  connectMs: number;
}

const LIMITS: Record<Work, Limits> = {
  /** Somebody waits: after ten seconds at most they get 503 with Retry-After. */
  requests: { statementMs: 5_000, idleInTransactionMs: 10_000, queueMs: 4_000, connectMs: 4_000 },
  /** Indexing and purging: nobody waits, but a job must not hold its locks for ever. */
  jobs: {
    statementMs: 120_000,
    idleInTransactionMs: 60_000,
    queueMs: 60_000,
    connectMs: 5_000,
  },
  readiness: { statementMs: 1_500, idleInTransactionMs: 1_500, queueMs: 1_500, connectMs: 1_500 },
  /** Migrations and an operator's commands take the time they take. */
  maintenance: { statementMs: null, idleInTransactionMs: null, queueMs: null, connectMs: 5_000 },
};

/** By this much a server that is alive answers later than its own limit says. */
const ANSWER_MARGIN_MS = 1_000;

/** The driver's and the server's settings for a kind of work; the server is told its own at the start of a session. */
export function limitsOf(work: Work) {
  const { statementMs, idleInTransactionMs, queueMs, connectMs } = LIMITS[work];
  return {
    connect_timeout: connectMs / 1000,
    queue_timeout: queueMs === null ? null : queueMs / 1000,
    // The server ends a statement in time, if it is there at all: longer silence means that it is not.
    response_timeout: statementMs === null ? null : (statementMs + ANSWER_MARGIN_MS) / 1000,
    session: {
      ...(statementMs === null ? {} : { statement_timeout: statementMs }),
      ...(idleInTransactionMs === null
        ? {}
        : { idle_in_transaction_session_timeout: idleInTransactionMs }),
    },
  };
}

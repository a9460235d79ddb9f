import { type Database, isTransaction } from "./db/client.ts";
import { type CommitProof, wasCommitted } from "./db/commit-outcome.ts";
import { CommitUnknownError } from "./db/errors.ts";
import type { Deps } from "./deps.ts";
import type { StoredAnswer } from "./http/idempotency-keys.ts";

/** The caller. Access rules are in the features; this only says who it is and how that was authenticated. */
export type Actor = { kind: "anonymous" } | { kind: "system"; job: string } | UserActor;

/** Roles of a user in the workspace. */
export const WORKSPACE_ROLES = ["admin", "member"] as const;
export type WorkspaceRole = (typeof WORKSPACE_ROLES)[number];

export interface UserActor {
  kind: "user";
  userId: string;
  /** Role of the credential: an API key acts as an admin only with the scope `admin`. */
  role: WorkspaceRole;
  /** A browser session may do everything its user may; an API key only what its key scopes allow. */
  via:
    | { kind: "session"; sessionId: string }
    | { kind: "key"; keyId: string; scopes: readonly KeyScope[] };
}

export const KEY_SCOPES = ["read", "write", "admin"] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** Passed to every verb: the actor, the dependencies, and the database or transaction to run in. */
export interface Ctx {
  readonly actor: Actor;
  readonly deps: Deps;
  readonly db: Database;
  readonly requestId?: string | undefined;
  /** The caller's own request id. */
  readonly callerRequestId?: string | undefined;
  readonly ip?: string | undefined;
  /** Set for a request with an Idempotency-Key; the transaction of its effect consumes the key. */
  readonly keyed?: KeyedRequest;
  /** In a transaction: proofs that tell later whether it was committed, in case the answer to COMMIT is lost. */
  readonly proofs?: CommitProof[];
}

/** A request with an Idempotency-Key, as seen by the transaction of its effect. */
export interface KeyedRequest {
  /** Stores the answer in the transaction of the effect, so that a repetition of the request gets it. */
  answer(answer: StoredAnswer): void;
  /**
   * Marks the key as used, as the last statement of the transaction.
   * @throws {Problem} 409 `request_in_progress` when a repetition has taken over the key because this request
   * seemed dead.
   */
  storeWith(tx: Database): Promise<void>;
}

/** A context for system work with the time limits of requests: recovery, the command line. */
export function systemContext(deps: Deps, job: string): Ctx {
  return { actor: { kind: "system", job }, deps, db: deps.database.db };
}

/** A context for queued jobs, whose statements may take longer. */
export function jobContext(deps: Deps, job: string): Ctx {
  return { actor: { kind: "system", job }, deps, db: deps.jobsDatabase.db };
}

/**
 * Runs `work` in one transaction, or joins the current one. Inside, await nothing but the database: each
 * statement must follow the last immediately (`atelier_db_idle_transactions_total` counts violations).
 *
 * When the answer to COMMIT is lost, the database is asked for the rows of the transaction (`proofs`; each
 * audit row is one), so the caller learns the truth: a result, or an error after which nothing was committed.
 * The request's Idempotency-Key is consumed in the same transaction.
 * @throws {CommitUnknownError} when the database did not answer in time, or the transaction left no proof. Then
 * compensate nothing, and look the effect up before repeating it.
 */
export async function inTransaction<T>(ctx: Ctx, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  if (isTransaction(ctx.db)) return work(ctx);
  const proofs: CommitProof[] = [];
  let done: { result: T } | undefined;
  try {
    return await ctx.db.transaction(async (tx) => {
      const result = await work({ ...ctx, db: tx, proofs });
      await ctx.keyed?.storeWith(tx);
      done = { result };
      return result;
    });
  } catch (error) {
    const [proof] = proofs;
    if (!(error instanceof CommitUnknownError) || !done || !proof) throw error;
    const committed = await wasCommitted(ctx.db, proof);
    ctx.deps.logger.warn({ committed, requestId: ctx.requestId }, "connection lost during COMMIT");
    if (committed === undefined) throw error;
    if (!committed) throw error.cause;
    return done.result;
  }
}

/**
 * The signed-in user of a context.
 * @throws Error when there is none. That is a missing access rule, never a user's mistake.
 */
export function userOf(ctx: Ctx): UserActor {
  if (ctx.actor.kind !== "user") throw new Error("This verb needs a signed-in user");
  return ctx.actor;
}

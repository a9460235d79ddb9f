import { type Database, isTransaction } from "./db/client.ts";
import { type CommitProof, wasCommitted } from "./db/commit-outcome.ts";
import { CommitUnknownError } from "./db/errors.ts";
import type { Deps } from "./deps.ts";
import type { StoredAnswer } from "./http/idempotency-keys.ts";

/** Who acts. Rules are in the features; this only says who it is and how it was proven. */
export type Actor = { kind: "anonymous" } | { kind: "system"; job: string } | UserActor;

/** What a person may do in the workspace as a whole. */
export const WORKSPACE_ROLES = ["admin", "member"] as const;
export type WorkspaceRole = (typeof WORKSPACE_ROLES)[number];

export interface UserActor {
  kind: "user";
  userId: string;
  /** As what the credential may act: a key acts as an admin only with the scope `admin`. */
  role: WorkspaceRole;
  /** A browser session may do everything its user may; a key only what its scopes say. */
  via:
    | { kind: "session"; sessionId: string }
    | { kind: "key"; keyId: string; scopes: readonly KeyScope[] };
}

export const KEY_SCOPES = ["read", "write", "admin"] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** What every verb gets: the actor, the dependencies, and the database or the transaction it runs in. */
export interface Ctx {
  readonly actor: Actor;
  readonly deps: Deps;
  readonly db: Database;
  readonly requestId?: string | undefined;
  /** What the caller calls the request. */
  readonly callerRequestId?: string | undefined;
  readonly ip?: string | undefined;
  /** Of a request with an Idempotency-Key, which the transaction of its effect uses up. */
  readonly keyed?: KeyedRequest;
  /** In a transaction: what tells afterwards whether it was committed, should the answer to COMMIT be lost. */
  readonly proofs?: CommitProof[];
}

/** A request with an Idempotency-Key, as the transaction of its effect sees it. */
export interface KeyedRequest {
  /** Has the answer stored in the transaction of the effect: what repeats the request gets it, whatever happens. */
  answer(answer: StoredAnswer): void;
  /**
   * Uses the key up, as the last of the transaction.
   * @throws {Problem} 409 `request_in_progress` when a repetition has taken this request for dead.
   */
  storeWith(tx: Database): Promise<void>;
}

/** A context for work that no request asked for, with the time limits of requests: recovery, the command line. */
export function systemContext(deps: Deps, job: string): Ctx {
  return { actor: { kind: "system", job }, deps, db: deps.database.db };
}

/** A context for jobs of the queue, whose statements may take longer than those that somebody waits for. */
export function jobContext(deps: Deps, job: string): Ctx {
  return { actor: { kind: "system", job }, deps, db: deps.jobsDatabase.db };
}

/**
 * Runs `work` in one transaction; inside another one it joins it. Inside, nothing is awaited but the database:
 * each statement must follow the last at once (`atelier_db_idle_transactions_total` counts what does not).
 *
 * When the answer to COMMIT is lost, the database is asked by the transaction's own rows (`proofs`; each audit row is one) whether it was carried
 * out, so the caller learns what is true: a result, or an error after which nothing of it was committed.
 * An Idempotency-Key of the request is used up in the same transaction.
 * @throws {CommitUnknownError} when the database did not say in time, or the transaction has left no proof:
 * then nothing may be compensated, and the effect is looked up before it is repeated.
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
 * @throws Error when a verb for users is called by nobody: a missing access rule, never a user's fault.
 */
export function userOf(ctx: Ctx): UserActor {
  if (ctx.actor.kind !== "user") throw new Error("This verb needs a signed-in user");
  return ctx.actor;
}

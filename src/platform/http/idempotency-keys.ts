import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";
import type { Database } from "../db/client.ts";
import { inFuture } from "../db/time.ts";
import { idempotencyKeys } from "./tables.ts";

const KEPT = sql`interval '1 day'`;
/** Longer than any request runs: past it, its process has died, and what it may still do is refused. */
const CLAIM_MS = 60_000;
/** The same of a version that kept no claims. */
const UNCLAIMED = sql`interval '5 minutes'`;

/** The key of a request, and which of its repetitions is meant. */
export interface Claim {
  actorId: string;
  key: string;
  claimId: string;
  /** SHA-256 of method, path and body. */
  requestHash: string;
}

/** An answer as it is stored; without a body it may not be kept, and its repetition is refused. */
export interface StoredAnswer {
  status: number;
  body: { text: string | null; headers: Record<string, string> };
}

const { actorId, key, status, effectAt, claimId, claimedUntil, createdAt } = idempotencyKeys;
const isForgotten = sql`${createdAt} + ${KEPT} <= now()`;
/** Forgotten, or of a request that died without an effect. */
const isFree = sql`${isForgotten} or (${status} is null and ${effectAt} is null
  and coalesce(${claimedUntil}, ${createdAt} + ${UNCLAIMED}) <= now())`;
const isSlot = (claim: Claim) => and(eq(actorId, claim.actorId), eq(key, claim.key));
const isOurs = (claim: Claim) => and(isSlot(claim), eq(claimId, claim.claimId));

/**
 * Takes a key that nobody uses, in one statement; a transaction that is just using it up is waited for.
 * @returns what the key stands for when it was taken before, by another request or by this one.
 */
export async function claimKey(db: Database, claim: Claim) {
  const fresh = {
    requestHash: claim.requestHash,
    claimId: claim.claimId,
    claimedUntil: inFuture(CLAIM_MS),
    effectAt: null,
    status: null,
    body: null,
    createdAt: sql`now()`,
  };
  const taken = await db
    .insert(idempotencyKeys)
    .values({ actorId: claim.actorId, key: claim.key, ...fresh })
    .onConflictDoUpdate({ target: [actorId, key], set: fresh, setWhere: isFree })
    .returning({ key });
  if (taken.length > 0) return null;
  const [known] = await db
    .select({
      claimId,
      requestHash: idempotencyKeys.requestHash,
      status,
      body: idempotencyKeys.body,
      /** Its effect is stored, and nobody is about to store its answer. */
      ended: sql<boolean>`${effectAt} is not null and ${claimedUntil} <= now()`,
    })
    .from(idempotencyKeys)
    .where(isSlot(claim))
    .limit(1);
  return known ?? { claimId: null, requestHash: null, status: null, body: null, ended: false };
}

/** Says in the transaction of an effect that the key is used up. @returns false when it is another request's by now. */
export async function markUsed(
  db: Database,
  claim: Claim,
  answer: StoredAnswer | null,
): Promise<boolean> {
  const rows = await db
    .update(idempotencyKeys)
    .set({ effectAt: sql`now()`, ...answer })
    .where(isOurs(claim))
    .returning({ key });
  return rows.length > 0;
}

export async function storeAnswer(db: Database, claim: Claim, answer: StoredAnswer): Promise<void> {
  await db
    .update(idempotencyKeys)
    .set(answer)
    .where(and(isOurs(claim), isNull(status)));
}

/**
 * Frees a key whose request has ended without success. Where its effect is stored all the same, the key
 * stays used; a transaction that may still store it is waited for.
 */
export async function releaseKey(db: Database, claim: Claim): Promise<void> {
  await db.delete(idempotencyKeys).where(and(isOurs(claim), isNull(effectAt), isNull(status)));
  await db
    .update(idempotencyKeys)
    .set({ claimedUntil: sql`now()` })
    .where(and(isOurs(claim), isNotNull(effectAt), isNull(status)));
}

/** Forgets answers older than a day. */
export async function forgetKeys(db: Database): Promise<void> {
  await db.delete(idempotencyKeys).where(isForgotten);
}

import { and, desc, eq, gt, inArray, min, or, sql } from "drizzle-orm";
import type { Database } from "../../platform/db/client.ts";
import { inFuture, isFuture, isPast } from "../../platform/db/time.ts";
import { type Allowance, failedSignIns, knownNetworks, signInAttempts } from "./tables.ts";

/** Days for which a network is known after a sign-in, and failures wait to be shown. */
const KEEP_DAYS = 90;
/** Maximum rows of each; the oldest are deleted. */
const KEEP_ROWS = 100_000;

/** One counted attempt. */
export interface CountedAttempt {
  accountHash: string;
  allowance: Allowance;
  /** End of the window it is counted in. */
  endsAt: Date;
}

/**
 * Counts an attempt if one is left. One statement, so that concurrent attempts in any number of processes never
 * exceed `points` in one window.
 * @returns nothing when none was left.
 */
export async function countAttempt(
  db: Database,
  accountHash: string,
  allowance: Allowance,
  { points, windowMs }: { points: number; windowMs: number },
): Promise<CountedAttempt | undefined> {
  const { count, endsAt } = signInAttempts;
  const ended = isPast(endsAt);
  const [row] = await db
    .insert(signInAttempts)
    .values({ accountHash, allowance, count: 1, endsAt: inFuture(windowMs) })
    .onConflictDoUpdate({
      target: [signInAttempts.accountHash, signInAttempts.allowance],
      set: {
        count: sql`case when ${ended} then 1 else ${count} + 1 end`,
        endsAt: sql`case when ${ended} then excluded.ends_at else ${endsAt} end`,
      },
      setWhere: sql`${ended} or ${count} < ${points}`,
    })
    .returning({ endsAt });
  return row && { accountHash, allowance, endsAt: row.endsAt };
}

/** Uncounts an attempt while its window lasts. */
export async function uncountAttempt(db: Database, attempt: CountedAttempt): Promise<void> {
  const { accountHash, allowance, endsAt, count } = signInAttempts;
  await db
    .update(signInAttempts)
    .set({ count: sql`${count} - 1` })
    .where(
      and(
        eq(accountHash, attempt.accountHash),
        eq(allowance, attempt.allowance),
        eq(endsAt, attempt.endsAt),
        gt(count, 0),
      ),
    );
}

/** Seconds until the first of these windows ends. */
export async function secondsToNextWindow(
  db: Database,
  accountHash: string,
  allowances: readonly Allowance[],
): Promise<number> {
  const { endsAt } = signInAttempts;
  const [row] = await db
    .select({ seconds: sql<number>`ceil(extract(epoch from ${min(endsAt)} - now()))::int` })
    .from(signInAttempts)
    .where(
      and(
        eq(signInAttempts.accountHash, accountHash),
        inArray(signInAttempts.allowance, [...allowances]),
        isFuture(endsAt),
      ),
    );
  return Math.max(1, row?.seconds ?? 1);
}

/** Adds a failure to those shown to the owner, if there is one. */
export async function insertFailure(db: Database, accountHash: string): Promise<void> {
  await db
    .insert(failedSignIns)
    .values({ accountHash, count: 1, lastAt: sql`now()` })
    .onConflictDoUpdate({
      target: failedSignIns.accountHash,
      set: { count: sql`${failedSignIns.count} + 1`, lastAt: sql`now()` },
    });
}

/** Deletes the failures of an account. @returns how many there were. */
export async function takeFailures(db: Database, accountHash: string): Promise<number> {
  const [row] = await db
    .delete(failedSignIns)
    .where(eq(failedSignIns.accountHash, accountHash))
    .returning({ count: failedSignIns.count });
  return row?.count ?? 0;
}

export async function isKnownNetwork(db: Database, network: string): Promise<boolean> {
  const rows = await db
    .select({ network: knownNetworks.network })
    .from(knownNetworks)
    .where(eq(knownNetworks.network, network));
  return rows.length > 0;
}

/** Records a sign-in from a network; once a day, so that its users do not wait for each other. */
export async function storeNetwork(db: Database, network: string): Promise<void> {
  await db.insert(knownNetworks).values({ network, lastAt: sql`now()` }).onConflictDoNothing();
  await db
    .update(knownNetworks)
    .set({ lastAt: sql`now()` })
    .where(
      and(
        eq(knownNetworks.network, network),
        sql`${knownNetworks.lastAt} < now() - interval '1 day'`,
      ),
    );
}

/** Deletes expired windows, and old or surplus rows of the rest. */
export async function deleteOldAttempts(db: Database): Promise<void> {
  await db.delete(signInAttempts).where(isPast(signInAttempts.endsAt));
  for (const { table, key } of [
    { table: failedSignIns, key: failedSignIns.accountHash },
    { table: knownNetworks, key: knownNetworks.network },
  ]) {
    const surplus = db.select({ key }).from(table).orderBy(desc(table.lastAt)).offset(KEEP_ROWS);
    await db
      .delete(table)
      .where(
        or(sql`${table.lastAt} < now() - ${KEEP_DAYS} * interval '1 day'`, inArray(key, surplus)),
      );
  }
}

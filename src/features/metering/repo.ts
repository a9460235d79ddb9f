import { and, asc, count, eq, gte, inArray, lte, sql, sum } from "drizzle-orm";
import { z } from "zod";
import type { Database } from "../../platform/db/client.ts";
import { BUDGET_SCOPES, budgets, holds, ledger } from "./tables.ts";

export type HoldRow = typeof holds.$inferSelect;
export type LedgerRow = typeof ledger.$inferSelect;

/** What a hold is asked with. Prices are micro-USD per million tokens, the worst that the call can reach. */
export interface HoldRequest {
  hold: Omit<
    typeof holds.$inferInsert,
    "amountMicroUsd" | "budgetIds" | "outputTokens" | "createdAt"
  >;
  inputPrice: number;
  outputPrice: number;
  maxOutputTokens: number;
  /** The smallest output cap that is worth a call. */
  minOutputTokens: number;
}

const whole = z.coerce.number().int();
const holdAnswer = z.object({
  amount: whole.nullable(),
  output: whole.nullable(),
  scope: z.enum(BUDGET_SCOPES).nullable(),
  left: whole.nullable(),
  resets_at: z.coerce.date().nullable(),
});

/**
 * Checks and reserves in every budget in scope, or in none, and stores the hold, in one statement.
 * Another one, sent with it, locks the budgets first: PostgreSQL applies check constraints to the version
 * of a row that a statement has seen, before it looks for a newer one, so a statement that had to wait for
 * its lock could be refused for a sum that nobody has any more. Locks are taken in the order of ids, here
 * and when settling, so two calls cannot deadlock.
 * Amounts are computed as `numeric`: tokens times price in micro-USD per million passes 2⁵³.
 */
export async function insertHold(db: Database, request: HoldRequest) {
  const { hold } = request;
  const inScope = sql`scope = 'workspace'
    or (scope = 'project' and scope_id = ${hold.projectId}::uuid)
    or (scope = 'principal' and scope_id = ${hold.userId}::uuid)`;
  const lock = db.execute(sql`select from ${budgets} where ${inScope} order by id for update`);
  const answer = db.execute(sql`
    with scope as (
      select id, scope, limit_micro_usd = 0 as blocked, resets_at,
        limit_micro_usd - spent_micro_usd - held_micro_usd - overrun_micro_usd as left
      from ${budgets}
      where ${inScope}
      order by id
      for update
    ), asked as (
      select ${hold.inputTokens}::numeric * ${request.inputPrice}::numeric as input,
        ${request.outputPrice}::numeric as price, ${request.maxOutputTokens}::numeric as output
    ), room as (
      select min("left")::numeric * 1000000 as "left", coalesce(array_agg(id), '{}') as ids,
        coalesce(bool_or(blocked), false) as blocked
      from scope
    ), affordable as (
      select ids, asked.input, asked.price, blocked,
        case
          when room."left" is null then asked.output
          when room."left" < asked.input then -1
          when asked.price = 0 then asked.output
          else least(asked.output, floor((room."left" - asked.input) / asked.price))
        end as output
      from room, asked
    ), granted as (
      select ids, output, ceil((input + output * price) / 1000000) as amount
      from affordable
      where not blocked and output >= ${request.minOutputTokens}::numeric
    ), reserved as (
      update ${budgets} set held_micro_usd = held_micro_usd + granted.amount
      from granted
      where ${budgets.id} = any(granted.ids)
    ), stored as (
      insert into ${holds} (id, project_id, thread_id, message_id, user_id, model_id, provider, model,
        price_tiers, price_version, amount_micro_usd, budget_ids, input_tokens, expires_at)
      select ${hold.id}::uuid, ${hold.projectId}::uuid, ${hold.threadId ?? null}::uuid,
        ${hold.messageId ?? null}::uuid, ${hold.userId}::uuid, ${hold.modelId ?? null}::uuid,
        ${hold.provider}::text, ${hold.model}::text, ${JSON.stringify(hold.priceTiers)}::text::jsonb,
        ${hold.priceVersion}::text, amount, ids, ${hold.inputTokens}::integer,
        ${hold.expiresAt.toISOString()}::timestamptz
      from granted
    )
    select granted.amount, granted.output, tightest.scope, tightest."left", tightest.resets_at
    from (select 1) as always
    left join granted on true
    left join lateral (
      select * from scope where "left" is not null order by blocked desc, "left" limit 1
    ) as tightest on true
  `);
  const [, rows] = await Promise.all([lock, answer]);
  return holdAnswer.parse(rows[0]);
}

/** One statement for what all running calls have counted; counts and expiries only grow. */
export async function updateProgress(
  db: Database,
  items: readonly { generationId: string; outputTokens: number; expiresAt: Date }[],
): Promise<void> {
  if (items.length === 0) return;
  const rows = items.map((item) => ({
    id: item.generationId,
    output_tokens: item.outputTokens,
    expires_at: item.expiresAt.toISOString(),
  }));
  await db.execute(sql`
    update ${holds}
    set output_tokens = greatest(${holds.outputTokens}, noted.output_tokens),
      expires_at = greatest(${holds.expiresAt}, noted.expires_at)
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb)
      as noted(id uuid, output_tokens integer, expires_at timestamptz)
    where ${holds.id} = noted.id
  `);
}

/** Removes a hold and returns it; the second of two callers waits for the first and finds nothing. */
export async function takeHold(
  db: Database,
  generationId: string,
  expiredAt?: Date,
): Promise<HoldRow | undefined> {
  const [row] = await db
    .delete(holds)
    .where(
      and(
        eq(holds.id, generationId),
        expiredAt === undefined ? undefined : lte(holds.expiresAt, expiredAt),
      ),
    )
    .returning();
  return row;
}

/**
 * Releases a hold in its budgets and books what the call has cost. Spending fits under the limit up to the
 * room there is once the hold is released; the rest is booked as overrun, and an earlier overrun moves into
 * spent as room appears. So `spent + held ≤ limit` stays true, and `spent + overrun` is what was charged.
 * It stays true of an outdated version of the row too, as long as that holds the amount (see `insertHold`).
 */
export async function bookInBudgets(
  db: Database,
  hold: Pick<HoldRow, "budgetIds" | "amountMicroUsd">,
  costMicroUsd: number,
): Promise<void> {
  if (hold.budgetIds.length === 0) return;
  const amount = sql`${hold.amountMicroUsd}::bigint`;
  const owed = sql`(overrun_micro_usd + ${costMicroUsd}::bigint)`;
  const room = sql`(limit_micro_usd - spent_micro_usd - held_micro_usd + ${amount})`;
  const booked = sql`least(${owed}, coalesce(${room}, ${owed}))`;
  await db.execute(sql`
    with locked as (
      select id from ${budgets} where ${inArray(budgets.id, hold.budgetIds)} order by id for update
    )
    update ${budgets}
    set held_micro_usd = held_micro_usd - ${amount},
      spent_micro_usd = spent_micro_usd + ${booked},
      overrun_micro_usd = ${owed} - ${booked}
    where id in (select id from locked)
  `);
}

export async function insertLedgerRow(
  db: Database,
  row: typeof ledger.$inferInsert,
): Promise<LedgerRow> {
  const [stored] = await db.insert(ledger).values(row).returning();
  if (!stored) throw new Error("The ledger row was not stored");
  return stored;
}

/** Ledger rows of these generations; a running one has none yet. */
export async function findLedgerRows(
  db: Database,
  generationIds: readonly string[],
): Promise<LedgerRow[]> {
  if (generationIds.length === 0) return [];
  return db
    .select()
    .from(ledger)
    .where(inArray(ledger.generationId, [...generationIds]));
}

export async function listExpiredHolds(db: Database, now: Date, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: holds.id })
    .from(holds)
    .where(lte(holds.expiresAt, now))
    .orderBy(asc(holds.expiresAt))
    .limit(limit);
  return rows.map((row) => row.id);
}

/** Whose rows of the ledger a report is about. */
export type LedgerOwner = { projectId: string } | { userId: string };

const total = (column: Parameters<typeof sum>[0]) => sum(column).mapWith(Number);
const sums = {
  calls: count(),
  costMicroUsd: total(ledger.costMicroUsd),
  inputTokens: total(ledger.inputTokens),
  cacheReadTokens: total(ledger.cacheReadTokens),
  cacheWriteTokens: total(ledger.cacheWriteTokens),
  outputTokens: total(ledger.outputTokens),
  reasoningTokens: total(ledger.reasoningTokens),
};
export type SumRow = Record<keyof typeof sums, number>;

const ownedBy = (owner: LedgerOwner) =>
  "projectId" in owner ? eq(ledger.projectId, owner.projectId) : eq(ledger.userId, owner.userId);

export function sumByModel(db: Database, owner: LedgerOwner) {
  return db
    .select({ provider: ledger.provider, model: ledger.model, ...sums })
    .from(ledger)
    .where(ownedBy(owner))
    .groupBy(ledger.provider, ledger.model);
}

/** Sums of each day (UTC) from an instant on, oldest first. */
export function sumByDay(db: Database, owner: LedgerOwner, since: Date) {
  const day = sql<string>`to_char(${ledger.createdAt} at time zone 'UTC', 'YYYY-MM-DD')`;
  return db
    .select({ day, ...sums })
    .from(ledger)
    .where(and(ownedBy(owner), gte(ledger.createdAt, since)))
    .groupBy(day)
    .orderBy(day);
}

import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { z } from "zod";
import type { Database } from "../../platform/db/client.ts";
import { prepared, preparedInsert, preparedSql } from "../../platform/db/prepared.ts";
import { inFuture } from "../../platform/db/time.ts";
import type { TokenUsage } from "../../providers/index.ts";
import { BUDGET_SCOPES, budgets, excesses, holds, ledger } from "./tables.ts";

export type HoldRow = typeof holds.$inferSelect;
export type LedgerRow = typeof ledger.$inferSelect;

/** The input of a hold. Prices are micro-USD per million tokens, the highest that the call can reach. */
export interface HoldRequest {
  hold: Pick<
    typeof holds.$inferInsert,
    | "id"
    | "projectId"
    | "threadId"
    | "messageId"
    | "userId"
    | "modelId"
    | "provider"
    | "model"
    | "priceTiers"
    | "priceVersion"
    | "inputTokens"
  >;
  /** Milliseconds until it expires, unless renewed. */
  lastsMs: number;
  /** Whether the provider is called without {@link markSent}. */
  sent: boolean;
  inputPrice: number;
  outputPrice: number;
  maxOutputTokens: number;
  /** The smallest useful output cap. */
  minOutputTokens: number;
}

/** How long an excess is remembered. */
const REMEMBERED = "1 day";

const whole = z.coerce.number().int();
const holdAnswer = z.object({
  amount: whole.nullable(),
  output: whole.nullable(),
  scope: z.enum(BUDGET_SCOPES).nullable(),
  left: whole.nullable(),
  resets_at: z.coerce.date().nullable(),
});

const given = (name: keyof HoldRequest["hold"] | Exclude<keyof HoldRequest, "hold">) =>
  sql.placeholder(name);
/** The expression of the index `budgets_scope`: without it each call would read every budget. */
const scopeId = sql`coalesce(scope_id, '00000000-0000-0000-0000-000000000000')`;
const inScope = sql`scope = 'workspace'
  or (scope = 'project' and ${scopeId} = ${given("projectId")}::uuid)
  or (scope = 'principal' and ${scopeId} = ${given("userId")}::uuid)`;
const lockBudgets = preparedSql(
  sql`select from ${budgets} where ${inScope} order by id for update`,
);
const reserve = preparedSql(sql`
    with scope as (
      select id, scope, limit_micro_usd = 0 as blocked, resets_at,
        limit_micro_usd - spent_micro_usd - held_micro_usd - overrun_micro_usd as left
      from ${budgets}
      where ${inScope}
      order by id
      for update
    ), extra as (
      select coalesce(max(least(ceil(${given("inputTokens")}::integer * (input_ratio - 1)), input_excess)), 0)::numeric as input,
        coalesce(max(least(ceil(${given("maxOutputTokens")}::integer * (output_ratio - 1)), output_excess)), 0)::numeric as output
      from ${excesses}
      where model_id = ${given("modelId")}::uuid and learned_at > now() - ${REMEMBERED}::interval
    ), asked as (
      select (${given("inputTokens")}::numeric + extra.input) * ${given("inputPrice")}::numeric
          + extra.output * ${given("outputPrice")}::numeric as input,
        ${given("outputPrice")}::numeric as price, ${given("maxOutputTokens")}::numeric as output
      from extra
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
      where not blocked and output >= ${given("minOutputTokens")}::numeric
    ), reserved as (
      update ${budgets} set held_micro_usd = held_micro_usd + granted.amount
      from granted
      where ${budgets.id} = any(granted.ids)
    ), stored as (
      insert into ${holds} (id, project_id, thread_id, message_id, user_id, model_id, provider, model,
        price_tiers, price_version, amount_micro_usd, budget_ids, input_tokens, max_output_tokens,
        input_extra, output_extra, sent_at, expires_at)
      select ${given("id")}::uuid, ${given("projectId")}::uuid, ${given("threadId")}::uuid,
        ${given("messageId")}::uuid, ${given("userId")}::uuid, ${given("modelId")}::uuid,
        ${given("provider")}::text, ${given("model")}::text, ${given("priceTiers")}::text::jsonb,
        ${given("priceVersion")}::text, granted.amount, ids, ${given("inputTokens")}::integer, granted.output,
        extra.input, extra.output, case when ${given("sent")}::boolean then now() end,
        ${inFuture(given("lastsMs"))}
      from granted, extra
    )
    select granted.amount, granted.output, tightest.scope, tightest."left", tightest.resets_at
    from (select 1) as always
    left join granted on true
    left join lateral (
      select * from scope where "left" is not null order by blocked desc, "left" limit 1
    ) as tightest on true
`);

/**
 * Checks and reserves in every budget in scope, or in none, and stores the hold, in one statement. A second
 * statement, pipelined before it, locks the budgets: PostgreSQL applies check constraints to the row version
 * that a statement has seen, before it looks for a newer one, so a statement that had to wait for its lock
 * could be refused for an outdated sum. Locks are taken in the order of ids, here and when settling, so two
 * calls cannot deadlock. A test in `budgets.test.ts` holds its plan. Amounts are computed as `numeric`: tokens times price in micro-USD per million exceeds
 * 2⁵³.
 */
export async function insertHold(db: Database, { hold, ...request }: HoldRequest) {
  const { projectId, userId } = hold;
  const lock = lockBudgets(db, { projectId, userId });
  const answer = reserve(db, {
    ...hold,
    ...request,
    modelId: hold.modelId ?? null,
    threadId: hold.threadId ?? null,
    messageId: hold.messageId ?? null,
    priceTiers: JSON.stringify(hold.priceTiers),
  });
  const [, rows] = await Promise.all([lock, answer]);
  return holdAnswer.parse(rows[0]);
}

/** The progress of a running call. */
export interface Progress {
  generationId: string;
  /** Output counted so far, reasoning included. */
  outputTokens: number;
  /** The provider's last report, if any. */
  reported: TokenUsage | undefined;
  /** Milliseconds until its hold expires, unless renewed. */
  lastsMs: number;
}

/** Stores the progress of all running calls in one statement; counts and expiries only grow. */
export async function updateProgress(db: Database, items: readonly Progress[]): Promise<void> {
  if (items.length === 0) return;
  const rows = items.map((item) => ({
    id: item.generationId,
    output_tokens: item.outputTokens,
    reported: item.reported,
    lasts_ms: item.lastsMs,
  }));
  await db.execute(sql`
    update ${holds}
    set output_tokens = greatest(${holds.outputTokens}, noted.output_tokens),
      reported = coalesce(noted.reported, ${holds.reported}),
      counted_at = now(),
      expires_at = greatest(${holds.expiresAt},
        clock_timestamp() + noted.lasts_ms * interval '1 millisecond')
    from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb)
      as noted(id uuid, output_tokens integer, reported jsonb, lasts_ms integer)
    where ${holds.id} = noted.id
  `);
}

const isOfGeneration = eq(holds.id, sql.placeholder("generationId"));

const markSent = prepared((db) =>
  db
    .update(holds)
    .set({ sentAt: sql`coalesce(${holds.sentAt}, now())` })
    .where(isOfGeneration)
    .returning({ id: holds.id })
    .prepare("mark_sent"),
);

/** Marks that from now on the provider may have the prompt. @returns false when the hold is gone. */
export async function updateSent(db: Database, generationId: string): Promise<boolean> {
  const rows = await markSent(db).execute({ generationId });
  return rows.length > 0;
}

const takeAny = prepared((db) =>
  db.delete(holds).where(isOfGeneration).returning().prepare("take_hold"),
);

/**
 * Deletes a hold and returns it; the second of two callers waits for the first and finds nothing.
 * @param expiredForMs only when it expired this long ago
 */
export async function takeHold(
  db: Database,
  generationId: string,
  expiredForMs?: number,
): Promise<HoldRow | undefined> {
  const [row] =
    expiredForMs === undefined
      ? await takeAny(db).execute({ generationId })
      : await db
          .delete(holds)
          .where(and(eq(holds.id, generationId), hasExpired(expiredForMs)))
          .returning();
  return row;
}

/**
 * Releases a hold in its budgets and books the cost of the call. Spending is booked up to the room there is
 * once the hold is released; the rest is booked as overrun, and an earlier overrun moves into spent as room
 * appears. So `spent + held ≤ limit` stays true, and `spent + overrun` is what was charged. It also holds for
 * an outdated version of the row, as long as that includes the hold (see `insertHold`).
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

/** The database's time, which holds use. */
export async function readNow(db: Database): Promise<Date> {
  const [row] = await db.execute(sql`select clock_timestamp() as now`);
  return z.object({ now: z.coerce.date() }).parse(row).now;
}

/** The excess of a charge over its hold. */
export type Excess = Pick<
  typeof excesses.$inferInsert,
  "inputRatio" | "inputExcess" | "outputRatio" | "outputExcess"
>;

/** Remembers what a model's next holds have to cover beyond the estimate. @returns whether it grew. */
export async function rememberExcess(
  db: Database,
  modelId: string,
  excess: Excess,
): Promise<boolean> {
  const forgotten = sql`${excesses.learnedAt} <= now() - ${REMEMBERED}::interval`;
  const more = (known: PgColumn) => sql.raw(`excluded.${known.name}`);
  const columns = [
    excesses.inputRatio,
    excesses.inputExcess,
    excesses.outputRatio,
    excesses.outputExcess,
  ];
  const greater = (column: PgColumn) =>
    sql`case when ${forgotten} then ${more(column)} else greatest(${column}, ${more(column)}) end`;
  const rows = await db
    .insert(excesses)
    .values({ modelId, ...excess })
    .onConflictDoUpdate({
      target: excesses.modelId,
      set: {
        inputRatio: greater(excesses.inputRatio),
        inputExcess: greater(excesses.inputExcess),
        outputRatio: greater(excesses.outputRatio),
        outputExcess: greater(excesses.outputExcess),
        learnedAt: sql`now()`,
      },
      setWhere: sql`${forgotten} or ${sql.join(
        columns.map((column) => sql`${column} < ${more(column)}`),
        sql` or `,
      )}`,
    })
    .returning({ modelId: excesses.modelId });
  return rows.length > 0;
}

export const insertLedgerRow: (
  db: Database,
  row: typeof ledger.$inferInsert,
) => Promise<LedgerRow> = preparedInsert(ledger);

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

const hasExpired = (forMs: number) =>
  sql`${holds.expiresAt} <= now() - ${forMs} * interval '1 millisecond'`;

/** Holds that expired this long ago, the oldest first. */
export async function listExpiredHolds(
  db: Database,
  expiredForMs: number,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .select({ id: holds.id })
    .from(holds)
    .where(hasExpired(expiredForMs))
    .orderBy(asc(holds.expiresAt))
    .limit(limit);
  return rows.map((row) => row.id);
}

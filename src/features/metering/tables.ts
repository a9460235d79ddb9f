import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, instant, isOneOf } from "../../platform/db/columns.ts";
import type { PriceTable, TokenUsage } from "../../providers/index.ts";

const microUsd = (name: string) => bigint(name, { mode: "number" });

export const BUDGET_SCOPES = ["workspace", "project", "principal"] as const;
export type BudgetScope = (typeof BUDGET_SCOPES)[number];

/**
 * A spending limit in a scope; null is unlimited, 0 is blocked. A check constraint keeps spent and held within
 * it.
 */
export const budgets = pgTable(
  "budgets",
  {
    id: id(),
    scope: text("scope", { enum: BUDGET_SCOPES }).notNull(),
    /** Project or principal id; null for the workspace. */
    scopeId: uuid("scope_id"),
    limitMicroUsd: microUsd("limit_micro_usd"),
    spentMicroUsd: microUsd("spent_micro_usd").notNull().default(0),
    heldMicroUsd: microUsd("held_micro_usd").notNull().default(0),
    /** Charges beyond what was held: booked separately, so that the constraint stays true. */
    overrunMicroUsd: microUsd("overrun_micro_usd").notNull().default(0),
    resetsAt: instant("resets_at"),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("budgets_scope").on(
      table.scope,
      sql`coalesce(${table.scopeId}, '00000000-0000-0000-0000-000000000000')`,
    ),
    check(
      "budgets_not_negative",
      sql`${table.spentMicroUsd} >= 0 and ${table.heldMicroUsd} >= 0 and ${table.overrunMicroUsd} >= 0`,
    ),
    check(
      "budgets_not_overspent",
      sql`${table.limitMicroUsd} is null or ${table.spentMicroUsd} + ${table.heldMicroUsd} <= ${table.limitMicroUsd}`,
    ),
  ],
);

/** Money held for a running call; the id is the generation's, so settling twice finds nothing the second time. */
export const holds = pgTable(
  "holds",
  {
    id: id(),
    projectId: uuid("project_id").notNull(),
    threadId: uuid("thread_id"),
    messageId: uuid("message_id"),
    userId: uuid("user_id").notNull(),
    modelId: uuid("model_id"),
    provider: text("provider").notNull(),
    model: text("model").notNull(),
    /** Prices when the call began; later changes apply to later calls. */
    priceTiers: jsonb("price_tiers").$type<PriceTable["tiers"]>().notNull(),
    priceVersion: text("price_version").notNull(),
    amountMicroUsd: microUsd("amount_micro_usd").notNull(),
    /** The budgets that hold the amount; later budgets hold nothing of it. */
    budgetIds: uuid("budget_ids").array().notNull(),
    /** Estimated input, and the provider's output cap (0: not stored by that release). */
    inputTokens: integer("input_tokens").notNull(),
    maxOutputTokens: integer("max_output_tokens").notNull().default(0),
    /** Extra tokens held for a model recently charged for more: see `excesses`. */
    inputExtra: integer("input_extra").notNull().default(0),
    outputExtra: integer("output_extra").notNull().default(0),
    /**
     * When the provider may have received the prompt; null: not called, so nothing to pay. The default is for
     * releases that do not set it.
     */
    sentAt: instant("sent_at").defaultNow(),
    /** Progress noted by the running process, so that a crash can be settled. */
    outputTokens: integer("output_tokens").notNull().default(0),
    reported: jsonb("reported").$type<TokenUsage>(),
    countedAt: instant("counted_at"),
    expiresAt: instant("expires_at").notNull(),
    createdAt: createdAt(),
  },
  (table) => [index("holds_expiry").on(table.expiresAt)],
);

/**
 * How far a model was recently charged above the worst case of a call, learned from reports above a hold. In
 * tokens at the held price, and as a multiple of the estimate. No foreign key, as in the ledger.
 */
export const excesses = pgTable("excesses", {
  modelId: uuid("model_id").primaryKey(),
  inputRatio: doublePrecision("input_ratio").notNull(),
  inputExcess: integer("input_excess").notNull(),
  outputRatio: doublePrecision("output_ratio").notNull(),
  outputExcess: integer("output_excess").notNull(),
  learnedAt: instant("learned_at").notNull().defaultNow(),
});

/** Append-only. No foreign keys: rows outlive the project, user and model they name. */
export const ledger = pgTable(
  "ledger",
  {
    id: id(),
    generationId: uuid("generation_id").notNull(),
    projectId: uuid("project_id").notNull(),
    threadId: uuid("thread_id"),
    messageId: uuid("message_id"),
    userId: uuid("user_id").notNull(),
    modelId: uuid("model_id"),
    provider: text("provider").notNull(),
    model: text("model").notNull(),
    status: text("status").notNull(),
    /** True when the provider reported no usage and the counts are our own. */
    estimated: text("estimated", { enum: ["no", "yes"] })
      .notNull()
      .default("no"),
    inputTokens: bigint("input_tokens", { mode: "number" }).notNull(),
    cacheReadTokens: bigint("cache_read_tokens", { mode: "number" }).notNull(),
    cacheWriteTokens: bigint("cache_write_tokens", { mode: "number" }).notNull(),
    outputTokens: bigint("output_tokens", { mode: "number" }).notNull(),
    reasoningTokens: bigint("reasoning_tokens", { mode: "number" }).notNull(),
    /** Micro-USD per million tokens at the time. */
    inputPrice: microUsd("input_price").notNull(),
    cacheReadPrice: microUsd("cache_read_price").notNull(),
    cacheWritePrice: microUsd("cache_write_price").notNull(),
    outputPrice: microUsd("output_price").notNull(),
    priceVersion: text("price_version").notNull(),
    costMicroUsd: microUsd("cost_micro_usd").notNull(),
    /** The hold of the call; a higher cost exceeded it. Null in rows of a release that did not store it. */
    heldMicroUsd: microUsd("held_micro_usd"),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("ledger_generation").on(table.generationId),
    index("ledger_project_time").on(table.projectId, table.createdAt),
    index("ledger_user_time").on(table.userId, table.createdAt),
  ],
);

export const USAGE_SCOPES = ["project", "user"] as const;

/**
 * Sums of the ledger by day (UTC), provider and model: of each project, and of each user in all projects. A
 * trigger on the ledger adds each row in its own transaction, whatever inserted it; so the two always agree.
 */
export const usageByDay = pgTable(
  "usage_by_day",
  {
    scope: text("scope", { enum: USAGE_SCOPES }).notNull(),
    scopeId: uuid("scope_id").notNull(),
    day: date("day", { mode: "string" }).notNull(),
    provider: text("provider").notNull(),
    model: text("model").notNull(),
    /** The last known row of `models`. */
    modelId: uuid("model_id"),
    calls: bigint("calls", { mode: "number" }).notNull(),
    inputTokens: bigint("input_tokens", { mode: "number" }).notNull(),
    cacheReadTokens: bigint("cache_read_tokens", { mode: "number" }).notNull(),
    cacheWriteTokens: bigint("cache_write_tokens", { mode: "number" }).notNull(),
    outputTokens: bigint("output_tokens", { mode: "number" }).notNull(),
    reasoningTokens: bigint("reasoning_tokens", { mode: "number" }).notNull(),
    costMicroUsd: microUsd("cost_micro_usd").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.scope, table.scopeId, table.day, table.provider, table.model],
    }),
    check("usage_by_day_scope", isOneOf(table.scope, USAGE_SCOPES)),
  ],
);

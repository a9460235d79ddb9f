import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, instant } from "../../platform/db/columns.ts";
import type { PriceTable, TokenUsage } from "../../providers/index.ts";

const microUsd = (name: string) => bigint(name, { mode: "number" });

export const BUDGET_SCOPES = ["workspace", "project", "principal"] as const;
export type BudgetScope = (typeof BUDGET_SCOPES)[number];

/** A cap on spending in a scope; null is unlimited, 0 is blocked. Spent and held can never pass it: the check constraint says so. */
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
    /** What providers reported beyond what was held: booked apart, so that the constraint stays true. */
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

/** Money set aside for a running call; the id is the generation's, so settling twice finds nothing the second time. */
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
    /** As they were when the call began: a price changed meanwhile is the next call's. */
    priceTiers: jsonb("price_tiers").$type<PriceTable["tiers"]>().notNull(),
    priceVersion: text("price_version").notNull(),
    amountMicroUsd: microUsd("amount_micro_usd").notNull(),
    /** The budgets that hold the amount; one made later holds nothing of it. */
    budgetIds: uuid("budget_ids").array().notNull(),
    /** Input as estimated, and the output cap that the provider is given (0: not kept by that version). */
    inputTokens: integer("input_tokens").notNull(),
    maxOutputTokens: integer("max_output_tokens").notNull().default(0),
    /** Tokens held beyond them for a model that was charged for more lately: see `excesses`. */
    inputExtra: integer("input_extra").notNull().default(0),
    outputExtra: integer("output_extra").notNull().default(0),
    /** Since when the provider may have the prompt; null: not called, so nothing to pay. A version that does not say so has called. */
    sentAt: instant("sent_at").defaultNow(),
    /** What the running process has counted and was told, so that a crash can be settled at what was produced. */
    outputTokens: integer("output_tokens").notNull().default(0),
    reported: jsonb("reported").$type<TokenUsage>(),
    countedAt: instant("counted_at"),
    expiresAt: instant("expires_at").notNull(),
    createdAt: createdAt(),
  },
  (table) => [index("holds_expiry").on(table.expiresAt)],
);

/**
 * By how much a model was charged for more than the worst case of a call, lately: what reports beyond a hold
 * have taught. In tokens at the held price, and as a multiple of what was estimated. No foreign key, as in
 * the ledger.
 */
export const excesses = pgTable("excesses", {
  modelId: uuid("model_id").primaryKey(),
  inputRatio: doublePrecision("input_ratio").notNull(),
  inputExcess: integer("input_excess").notNull(),
  outputRatio: doublePrecision("output_ratio").notNull(),
  outputExcess: integer("output_excess").notNull(),
  learnedAt: instant("learned_at").notNull().defaultNow(),
});

/** Append-only. No foreign keys: rows outlive the project, person and model they name. */
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
    /** Micro-USD per million tokens, as they were. */
    inputPrice: microUsd("input_price").notNull(),
    cacheReadPrice: microUsd("cache_read_price").notNull(),
    cacheWritePrice: microUsd("cache_write_price").notNull(),
    outputPrice: microUsd("output_price").notNull(),
    priceVersion: text("price_version").notNull(),
    costMicroUsd: microUsd("cost_micro_usd").notNull(),
    /** What was held for the call; a cost above it passed its budgets. Null in rows of a version that did not keep it. */
    heldMicroUsd: microUsd("held_micro_usd"),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("ledger_generation").on(table.generationId),
    index("ledger_project_time").on(table.projectId, table.createdAt),
    index("ledger_user_time").on(table.userId, table.createdAt),
  ],
);

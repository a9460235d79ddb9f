import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, instant } from "../../platform/db/columns.ts";
import type { PriceTable } from "../../providers/index.ts";

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
    /** Counted so far by the running process, so that a crash can be settled at what was produced. */
    inputTokens: integer("input_tokens").notNull(),
    outputTokens: integer("output_tokens").notNull().default(0),
    expiresAt: instant("expires_at").notNull(),
    createdAt: createdAt(),
  },
  (table) => [index("holds_expiry").on(table.expiresAt)],
);

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
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("ledger_generation").on(table.generationId),
    index("ledger_project_time").on(table.projectId, table.createdAt),
    index("ledger_user_time").on(table.userId, table.createdAt),
  ],
);

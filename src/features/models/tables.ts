import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, instant, isOneOf, updatedAt } from "../../platform/db/columns.ts";
import {
  AUTH_FORMS,
  type DialectChange,
  PROVIDER_KINDS,
  type PriceTable,
} from "../../providers/index.ts";

export const PROVIDER_ORIGINS = ["builtin", "environment", "admin"] as const;

/** A header with its value, or with its encrypted value. */
export type StoredHeader = { name: string } & ({ value: string } | { sealed: string });

/**
 * An account or endpoint that models are called at. `origin` distinguishes the environment's from those an
 * admin entered.
 */
export const providers = pgTable(
  "providers",
  {
    id: id(),
    kind: text("kind", { enum: PROVIDER_KINDS }).notNull(),
    name: text("name").notNull(),
    baseUrl: text("base_url"),
    /** Encrypted with the newest secret key; null: from the environment, or none needed. */
    sealedKey: text("sealed_key"),
    /** The last four characters, so that an admin can tell which key is in use. */
    keyHint: text("key_hint"),
    origin: text("origin", { enum: PROVIDER_ORIGINS }).notNull(),
    /** Where the key goes; null: the format's usual place. */
    auth: text("auth", { enum: AUTH_FORMS }),
    /** Sent with each request, in this order. */
    headers: jsonb("headers").$type<StoredHeader[]>().notNull().default([]),
    /** An admin's changes of the dialect known for address and model. */
    dialect: jsonb("dialect").$type<DialectChange>().notNull().default({}),
    enabled: boolean("enabled").notNull().default(true),
    version: integer("version").notNull().default(1),
    deletedAt: instant("deleted_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex("providers_name")
      .on(sql`lower(${table.name})`)
      .where(sql`${table.deletedAt} is null`),
    check("providers_kind", isOneOf(table.kind, PROVIDER_KINDS)),
    check("providers_auth", isOneOf(table.auth, AUTH_FORMS)),
  ],
);

export const models = pgTable(
  "models",
  {
    id: id(),
    providerId: uuid("provider_id")
      .notNull()
      .references(() => providers.id, { onDelete: "cascade" }),
    /** The provider's name of the model. */
    name: text("name").notNull(),
    displayName: text("display_name").notNull(),
    contextWindow: integer("context_window").notNull(),
    maxOutputTokens: integer("max_output_tokens").notNull(),
    images: boolean("images").notNull().default(false),
    reasoning: boolean("reasoning").notNull().default(false),
    /** What the provider refused of this model's calls, and is asked otherwise since. */
    learned: jsonb("learned").$type<DialectChange>().notNull().default({}),
    /** When something was last learned; null with `learned` from before this column. */
    learnedAt: instant("learned_at"),
    /** Micro-USD per million tokens, by the size of the input; most models have one tier. */
    priceTiers: jsonb("price_tiers").$type<PriceTable["tiers"]>().notNull(),
    /** Source and date of the prices, for example `genai-prices@0.1.8 openai/o3` or `admin 2026-11-23`. */
    priceVersion: text("price_version").notNull(),
    enabled: boolean("enabled").notNull().default(true),
    version: integer("version").notNull().default(1),
    deletedAt: instant("deleted_at"),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (table) => [
    uniqueIndex("models_provider_name")
      .on(table.providerId, table.name)
      .where(sql`${table.deletedAt} is null`),
  ],
);

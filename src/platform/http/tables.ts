import { integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, instant } from "../db/columns.ts";

/** Answers already given to a write, by its Idempotency-Key, kept a day. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    actorId: uuid("actor_id").notNull(),
    key: text("key").notNull(),
    /** SHA-256 of method, path and body: the same key with another request is refused. */
    requestHash: text("request_hash").notNull(),
    /** Null while the first request runs. */
    status: integer("status"),
    body: jsonb("body"),
    /** Of the request that has the key; only it may use it up. */
    claimId: uuid("claim_id"),
    /** Until when that request is believed to be running. */
    claimedUntil: instant("claimed_until"),
    /** When the request's effect was stored, in its transaction; the answer may follow. */
    effectAt: instant("effect_at"),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.actorId, table.key] })],
);

import { integer, jsonb, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, instant } from "../db/columns.ts";

/** Stored responses to writes by Idempotency-Key, kept for a day. */
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
    /** The request that holds the key; only this one may consume it. */
    claimId: uuid("claim_id"),
    /** Until when that request is presumed alive. */
    claimedUntil: instant("claimed_until"),
    /** When the request's effect was stored, in its transaction; the response may follow later. */
    effectAt: instant("effect_at"),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.actorId, table.key] })],
);

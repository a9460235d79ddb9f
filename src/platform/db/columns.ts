import { customType, timestamp, uuid } from "drizzle-orm/pg-core";

/** A UUIDv7 primary key, made in code. */
export const id = () => uuid("id").primaryKey();

/** An instant, to the millisecond, as a Date. */
export const instant = (name: string) =>
  timestamp(name, { withTimezone: true, precision: 3, mode: "date" });

export const createdAt = () => instant("created_at").notNull().defaultNow();
export const updatedAt = () => instant("updated_at").notNull().defaultNow();

export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => "bytea",
});

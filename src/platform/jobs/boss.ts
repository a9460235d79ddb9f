import { type ConstructorOptions, PgBoss } from "pg-boss";
import { type DatabaseClient, openDatabase } from "../db/client.ts";
import { explained } from "../db/errors.ts";
import type { Work } from "../db/limits.ts";

/** pg-boss and its dedicated connection. */
export interface Queue {
  readonly boss: PgBoss;
  readonly database: DatabaseClient;
}

/**
 * pg-boss over our own driver, not started yet. It sends several statements with BEGIN and COMMIT in one query,
 * which is only sound on a dedicated connection.
 */
export function openQueue(url: string, work: Work, options: ConstructorOptions): Queue {
  const database = openDatabase({ url, poolMax: 1, work, applicationName: "atelier queue" });
  const boss = new PgBoss({
    ...options,
    db: {
      executeSql: async (text, values = []) => {
        const rows = await database.sql.unsafe(text, values.map(encode)).catch((error) => {
          throw explained(error);
        });
        return { rows: rows.flat() };
      },
      listen: async (channel, onNotification, onReconnect) => {
        const subscription = await database.sql.listen(channel, onNotification, onReconnect);
        return { close: () => subscription.unlisten() };
      },
    },
  });
  return { boss, database };
}

type Scalar = string | number | boolean | null;

/** pg-boss expects the driver to encode objects and dates; Drizzle has switched that off on this client. */
function encode(value: unknown): Scalar | Scalar[] {
  return Array.isArray(value) ? value.map(encodeOne) : encodeOne(value);
}

function encodeOne(value: unknown): Scalar {
  if (value === undefined || value === null) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
    return value;
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}

import type { Database } from "../../src/platform/db/client.ts";

/** A statement on its way to the database. */
export interface Statement {
  text: string;
  parameters: unknown[];
  send(): Promise<unknown>;
}

/**
 * A database whose statements go through a function, prepared ones too; not those of its transactions.
 * @param through may send the statement, or answer or fail in its place.
 */
export function statementsThrough<T extends Database>(
  db: T,
  through: (statement: Statement) => Promise<unknown>,
): T {
  const kept: object = db;
  const session: object = Reflect.get(kept, "session");
  const client: {
    unsafe(text: string, parameters: unknown[], options?: object): Promise<unknown>;
  } = Reflect.get(session, "client");
  const unsafe = (text: string, parameters: unknown[], options?: object) => {
    let asArrays = false;
    const answer = (async () => {
      // The row format is chosen right after the call.
      await Promise.resolve();
      const send = () => {
        const query = client.unsafe(text, parameters, options);
        if (asArrays) Reflect.apply(Reflect.get(query, "values"), query, []);
        return query;
      };
      return through({ text, parameters, send });
    })();
    const values = () => {
      asArrays = true;
      return answer;
    };
    return Object.assign(answer, { values });
  };
  const replaced = replacing(session, "client", replacing(client, "unsafe", unsafe));
  return replacing(db, "session", replaced);
}

function replacing<T extends object>(target: T, name: string, value: unknown): T {
  return new Proxy(target, {
    get: (known, property) => (property === name ? value : Reflect.get(known, property, known)),
  });
}

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { type DatabaseClient, openDatabase } from "./client.ts";
import { wasCommitted } from "./commit-outcome.ts";

let database: TestDatabase;
let client: DatabaseClient;
beforeAll(async () => {
  database = await createTestDatabase();
  client = openDatabase({ url: database.url, poolMax: 1, work: "requests" });
});
afterAll(async () => {
  await client.close();
  await database.drop();
});

test.each([true, false])(
  "the outcome (%p) is asked for again until a connection holds",
  async (committed) => {
    let asked = 0;
    const proof = async () => {
      asked++;
      if (asked < 3) throw new Error("connection lost");
      return committed;
    };
    expect(await wasCommitted(client.db, proof)).toBe(committed);
    expect(asked).toBe(3);
  },
);

test("an outcome that nobody tells in time is unknown", async () => {
  const silent = () => new Promise<boolean>(() => {});
  expect(await wasCommitted(client.db, silent)).toBeUndefined();
}, 30_000);

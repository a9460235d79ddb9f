import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";
import { createTestDatabase, type TestDatabase } from "../../../test/support/database.ts";
import { type DatabaseProxy, proxyTo } from "../../../test/support/database-proxy.ts";
import { type Database, type DatabaseClient, openDatabase } from "./client.ts";
import { CommitUnknownError, TransactionOverError } from "./errors.ts";

let database: TestDatabase;
let proxy: DatabaseProxy;
let client: DatabaseClient;
let witness: DatabaseClient;
const idleAfter: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await proxyTo(database.url);
  client = openDatabase({
    url: proxy.url,
    poolMax: 2,
    observers: { onQuery: () => {}, onIdleTransaction: (after) => idleAfter.push(after) },
  });
  witness = openDatabase({ url: database.url, poolMax: 1 });
  await witness.sql`create table seen (note text unique deferrable initially deferred)`;
});
beforeEach(async () => {
  proxy.onSend = undefined;
  idleAfter.length = 0;
  await witness.sql`delete from seen`;
});
afterAll(async () => {
  await client.close();
  await witness.close();
  await proxy.close();
  await database.drop();
});

const note = (db: Database, text: string) => db.execute(sql`insert into seen values (${text})`);
const notes = async () =>
  (await witness.sql`select note from seen order by note`).map((row) => row.note);
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const isCommit = (bytes: Buffer) => bytes.includes("commit");

test("a lost answer to COMMIT is recognised, whether it was carried out or not", async () => {
  proxy.onSend = (bytes) => (isCommit(bytes) ? "answer" : "pass");
  const done = await failureOf(client.db.transaction((tx) => note(tx, "carried out")));
  expect(done).toBeInstanceOf(CommitUnknownError);
  proxy.onSend = (bytes) => (isCommit(bytes) ? "cut" : "pass");
  const lost = await failureOf(client.db.transaction((tx) => note(tx, "not carried out")));
  expect(lost).toBeInstanceOf(CommitUnknownError);
  expect(await notes()).toEqual(["carried out"]);
});

test("an error in answer to COMMIT is definite", async () => {
  await note(client.db, "twice");
  const refused = await failureOf(client.db.transaction((tx) => note(tx, "twice")));
  expect(refused).toMatchObject({ code: "23505" });
  expect(await notes()).toEqual(["twice"]);
});

test("a transaction that loses its connection before COMMIT has definitely changed nothing", async () => {
  const failed = await failureOf(
    client.db.transaction(async (tx) => {
      await note(tx, "before");
      proxy.cut();
      await note(tx, "after");
    }),
  );
  expect(failed).not.toBeInstanceOf(CommitUnknownError);
  expect(failed).toBeDefined();
  expect(await notes()).toEqual([]);
});

test("a statement after the end of its transaction is refused", async () => {
  let late: Database | undefined;
  await client.db.transaction(async (tx) => {
    late = tx;
    await note(tx, "in time");
  });
  if (late === undefined) throw new Error("The transaction did not run");
  const refused = await failureOf(note(late, "late"));
  expect(refused).toMatchObject({ cause: new TransactionOverError() });
  const nested = await failureOf(late.transaction((tx) => note(tx, "late too")));
  expect(nested).toBeInstanceOf(TransactionOverError);
  expect(await notes()).toEqual(["in time"]);
});

test("a transaction that awaits something other than its database is reported, with the statement before", async () => {
  await client.db.transaction(async (tx) => {
    await Bun.sleep(5);
    await note(tx, "1");
    await Bun.password.hash("a password", { algorithm: "argon2id", memoryCost: 8192, timeCost: 2 });
    await Promise.all([note(tx, "2"), note(tx, "3")]);
    await tx.transaction(async (inner) => {
      await inner.execute(sql`select 'in a savepoint'`);
      await Bun.sleep(5);
    });
  });
  expect(idleAfter).toEqual(["begin", "insert into seen values ($1)", "select 'in a savepoint'"]);
});

test("statements in sequence, in parallel and in savepoints are not reported as waiting", async () => {
  await client.db.transaction(async (tx) => {
    await note(tx, "1");
    await Promise.all([note(tx, "2"), note(tx, "3"), note(tx, "4")]);
    for (let n = 5; n < 40; n++) await note(tx, String(n));
    await tx.transaction((inner) => note(inner, "inner"));
    await failureOf(
      tx.transaction(async (inner) => {
        await note(inner, "gone");
        throw new Error("back to the savepoint");
      }),
    );
    await note(tx, "last");
  });
  await failureOf(
    client.db.transaction(async (tx) => {
      await note(tx, "never");
      throw new Error("rolled back");
    }),
  );
  await Bun.sleep(5);
  expect(idleAfter).toEqual([]);
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { until } from "../../../test/support/generation.ts";
import { readProblem } from "../../../test/support/read.ts";
import { hashAccount } from "./attempt-limit.ts";
import { hashPassword, verifyPassword } from "./hash-password.ts";

const PASSWORD = "a long enough password";
let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
});
afterAll(() => app.close());

const signIn = (email: string, password = PASSWORD) =>
  app.anonymous.post("/auth/sign-in", { email, password });
const sessionsOf = async (userId: string) => {
  const rows = await app.deps.database.sql`select id from sessions where user_id = ${userId}`;
  return rows.length;
};

/**
 * Starts a sign-in with the right password, changes the account before its session is stored, and lets it
 * finish.
 */
async function crossSignIn(change: string, email: string, userId: string): Promise<Response> {
  const { sql } = app.deps.database;
  let answer: Promise<Response> | undefined;
  await sql.begin(async (tx) => {
    await tx`select id from users where id = ${userId} for update`;
    answer = signIn(email);
    await until(async () => {
      const waiting = await tx`select 1 from pg_locks where not granted`;
      return waiting.length > 0;
    });
    await tx.unsafe(change, [userId]);
  });
  if (answer === undefined) throw new Error("Nothing was sent");
  return answer;
}

test("a sign-in concurrent with a password change opens no session", async () => {
  const bob = await app.person("Bob");
  const before = await sessionsOf(bob.me.id);
  const answer = await crossSignIn(
    "update accounts set password = 'another' where user_id = $1",
    bob.me.email,
    bob.me.id,
  );
  expect(await readProblem(answer)).toMatchObject({ status: 401, code: "wrong_credentials" });
  expect(await sessionsOf(bob.me.id)).toBe(before);
});

test("a sign-in concurrent with the disabling of its account opens no session", async () => {
  const cleo = await app.person("Cleo");
  const before = await sessionsOf(cleo.me.id);
  const answer = await crossSignIn(
    "update users set disabled_at = now() where id = $1",
    cleo.me.email,
    cleo.me.id,
  );
  expect(await readProblem(answer)).toMatchObject({ status: 401, code: "wrong_credentials" });
  expect(await sessionsOf(cleo.me.id)).toBe(before);
});

test("an account without a password accepts none, not even an empty one", async () => {
  await ada.post("/admin/users", { name: "Dora", email: "dora@example.com" });
  for (const password of [PASSWORD, ""]) {
    expect((await readProblem(await signIn("dora@example.com", password))).code).toBe(
      "wrong_credentials",
    );
  }
});

test("an address is the same in any letter case", async () => {
  await app.person("Eve");
  expect((await signIn("EVE@Example.com")).status).toBe(200);
});

test("of two concurrent sign-ups with one address, one is refused", async () => {
  const signUp = () =>
    app.anonymous.post("/auth/sign-up", {
      name: "Finn",
      email: "finn@example.com",
      password: PASSWORD,
    });
  const answers = await Promise.all([signUp(), signUp()]);
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  const refused = answers.find(({ status }) => status === 409);
  if (refused) expect((await readProblem(refused)).code).toBe("email_taken");
});

/** Attempts that count against an account's owner. */
const attemptsOf = async (email: string) => {
  const hash = hashAccount(app.deps, email);
  const [row] = await app.deps.database
    .sql`select coalesce(sum(count), 0)::int as count from sign_in_attempts where account_hash = ${hash}`;
  return row?.count;
};

test("a sign-in that an internal error ends is not a wrong password", async () => {
  const { me } = await app.person("Gus");
  await app.owner.sql`alter table sessions rename to unavailable`;
  const failed = await signIn(me.email);
  await app.owner.sql`alter table unavailable rename to sessions`;
  expect(failed.status).toBe(500);
  expect(await attemptsOf(me.email)).toBe(0);
  expect((await signIn(me.email, "not his password")).status).toBe(401);
  expect(await attemptsOf(me.email)).toBe(1);
});

test("a sign-in succeeds although its attempt stays counted", async () => {
  const { me } = await app.person("Hal");
  await app.owner.sql.unsafe(`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'not now'; end $$;
    create trigger refuse before update on sign_in_attempts for each row
      when (new.count < old.count) execute function refuse()`);
  const answer = await signIn(me.email);
  await app.owner.sql`drop trigger refuse on sign_in_attempts`;
  expect(answer.status).toBe(200);
  expect(await attemptsOf(me.email)).toBe(1);
});

test("passwords are hashed by argon2id with OWASP's parameters, and so is the stand-in for none", async () => {
  const hash = await hashPassword(PASSWORD);
  expect(hash).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
  expect(await verifyPassword(PASSWORD, hash)).toBe(true);
  expect(await verifyPassword("another", hash)).toBe(false);
  expect(await verifyPassword(PASSWORD, null)).toBe(false);
});

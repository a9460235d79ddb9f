import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type TestApp } from "../../../test/support/app.ts";
import { TestClock } from "../../../test/support/clock.ts";
import { systemContext } from "../../platform/context.ts";
import { insertUser, listUsers, type UserRow, updateUser } from "./repo.ts";

const clock = new TestClock();
let app: TestApp;
let users: UserRow[];
beforeAll(async () => {
  app = await createTestApp({ deps: { clock } });
  const ctx = systemContext(app.deps, "test");
  const made: (UserRow | undefined)[] = [];
  for (const [name, email] of [
    ["Ada 100%", "ada@example.com"],
    ["Bob", "B.O_B@example.com"],
    ["Cleo\\", "cleo@example.org"],
  ] as const)
    made.push(await insertUser(ctx, { name, email, role: "member", passwordHash: null }));
  clock.advance(1000);
  made.push(await insertUser(ctx, { ...named("Dora"), role: "admin", passwordHash: null }));
  users = made.filter((user) => user !== undefined);
});
afterAll(() => app.close());

const named = (name: string) => ({ name, email: `${name.toLowerCase()}@example.net` });
const namesOf = (rows: readonly UserRow[]) => rows.map(({ name }) => name);
const list = async (options: Partial<Parameters<typeof listUsers>[1]>) =>
  listUsers(app.deps.database.db, { search: undefined, after: null, limit: 10, ...options });

test("accounts are listed with the newest first, those of one moment by id", async () => {
  expect(namesOf(await list({}))).toEqual(["Dora", "Cleo\\", "Bob", "Ada 100%"]);
});

test("a page has one row more than asked for, and the next one continues behind its last", async () => {
  const page = await list({ limit: 1 });
  expect(namesOf(page)).toEqual(["Dora", "Cleo\\"]);
  const bob = users[1];
  if (bob === undefined) throw new Error("Bob was not stored");
  const next = await list({ after: { at: bob.createdAt, id: bob.id } });
  expect(namesOf(next)).toEqual(["Ada 100%"]);
});

const searches: [search: string, found: string[]][] = [
  ["dOr", ["Dora"]],
  ["example.ORG", ["Cleo\\"]],
  ["%", ["Ada 100%"]],
  ["_", ["Bob"]],
  ["\\", ["Cleo\\"]],
  ["b.o", ["Bob"]],
  ["nobody", []],
];
test.each(searches)(
  "a search for %s means these characters, in name or address",
  async (search, found) => {
    expect(namesOf(await list({ search }))).toEqual(found);
  },
);

test("an account's address is stored in lower case and once, whatever its letters", async () => {
  expect(users[1]?.email).toBe("b.o_b@example.com");
  const again = { name: "Bobby", email: "B.o_b@EXAMPLE.com", role: "member" } as const;
  const ctx = systemContext(app.deps, "test");
  expect(await insertUser(ctx, { ...again, passwordHash: null })).toBeUndefined();
});

test("a new account and a change of it carry their time", async () => {
  const { db } = app.deps.database;
  const [dora] = await list({ search: "dora" });
  expect([dora?.createdAt, dora?.updatedAt]).toEqual([clock.now(), clock.now()]);
  const later = new Date(clock.now().getTime() + 5000);
  const changed = await updateUser(db, dora?.id ?? "", { role: "member" }, later);
  expect(changed).toMatchObject({ name: "Dora", role: "member", updatedAt: later });
  expect((await list({ search: "ada 100" }))[0]?.updatedAt).toEqual(users[0]?.updatedAt ?? later);
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type TestApp } from "../../../test/support/app.ts";
import { read, readProblem } from "../../../test/support/read.ts";
import { systemContext } from "../../platform/context.ts";
import { newSecretKey } from "../../platform/crypto/secret-keys.ts";
import { setupState } from "./schema.ts";
import { createSetupToken } from "./set-up.ts";

const keys = newSecretKey("test");
let app: TestApp;
let replica: TestApp;
beforeAll(async () => {
  const env = { ATELIER_SECRET_KEYS: keys };
  app = await createTestApp({ env });
  const databaseUrl = app.ownerUrl;
  replica = await createTestApp({ env, databaseUrl });
});
afterAll(async () => {
  await replica.close();
  await app.close();
});

const account = { name: "Ada", email: "ada@example.com", password: "a long enough password" };
const tokenOf = (process: TestApp) => createSetupToken(systemContext(process.deps, "setup"));
const loopback = { requestIP: () => ({ address: "127.0.0.1", family: "IPv4", port: 1 }) };
const setUpFrom = (process: TestApp, token: string | undefined) =>
  process.app.request(
    "/api/v1/setup",
    {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...account, token }),
    },
    loopback,
  );
const setupRow = async () => {
  const rows = await app.deps.database.sql`select id, token_hash from one_time_tokens`;
  return rows[0];
};

test("the first account needs the setup link, from loopback too", async () => {
  await tokenOf(app);
  const row = await setupRow();
  for (const token of [undefined, "", "guess", row?.id, row?.token_hash])
    expect(await readProblem(await setUpFrom(app, token))).toMatchObject({
      status: 403,
      code: "setup_token_wrong",
    });
});

test("every process prints the same link, at each start, also when they start at the same moment", async () => {
  const first = await tokenOf(app);
  expect(first).toMatch(/^[\w-]{43}$/);
  expect(await Promise.all([tokenOf(app), tokenOf(replica), tokenOf(app)])).toEqual([
    first,
    first,
    first,
  ]);
});

test("processes that start on an empty database at the same moment agree on one link", async () => {
  await app.deps.database.sql`delete from one_time_tokens`;
  const tokens = await Promise.all([
    tokenOf(app),
    tokenOf(replica),
    tokenOf(app),
    tokenOf(replica),
  ]);
  expect(new Set(tokens).size).toBe(1);
});

test("a link is valid for a year; the next start then creates another", async () => {
  const old = (await tokenOf(app)) ?? "";
  const { sql } = app.deps.database;
  const [row] = await sql`
    select round(extract(epoch from expires_at - now()) / 3600)::int as hours from one_time_tokens`;
  expect(row?.hours).toBe(365 * 24);
  await sql`update one_time_tokens set expires_at = now()`;
  expect((await readProblem(await setUpFrom(app, old))).code).toBe("setup_token_wrong");
  const next = await tokenOf(app);
  expect(next).not.toBe(old);
  expect((await readProblem(await setUpFrom(app, old))).code).toBe("setup_token_wrong");
});

test("another installation's secret keys give another link", async () => {
  const other = await createTestApp({
    databaseUrl: app.ownerUrl,
  });
  const token = (await tokenOf(other)) ?? "";
  await other.close();
  expect((await readProblem(await setUpFrom(app, token))).code).toBe("setup_token_wrong");
});

test("when several use the link at the same moment, one creates the account and the others are refused", async () => {
  const state = async () => read(await app.anonymous.get("/setup"), setupState);
  expect(await state()).toEqual({ needed: true, signUpOpen: true });
  const token = (await tokenOf(app)) ?? "";
  const answers = await Promise.all([
    setUpFrom(app, token),
    setUpFrom(replica, token),
    setUpFrom(app, token),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  for (const answer of answers.filter(({ status }) => status === 409))
    expect((await readProblem(answer)).code).toBe("setup_done");
  expect((await readProblem(await setUpFrom(app, token))).code).toBe("setup_done");
  expect(await tokenOf(app)).toBeNull();
  expect(await setupRow()).toBeUndefined();
  expect(await state()).toEqual({ needed: false, signUpOpen: true });
});

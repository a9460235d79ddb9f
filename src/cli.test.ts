import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../test/support/app.ts";
import { runAdmin } from "./cli.ts";
import { KEY_PURPOSE } from "./features/models/open-adapter.ts";
import { providers } from "./features/models/tables.ts";
import { newSecretKey, secretKeys } from "./platform/crypto/secret-keys.ts";

const [oldKey, newKey] = [newSecretKey("old"), newSecretKey("new")];

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await createTestApp({ env: { ATELIER_SECRET_KEYS: oldKey } });
}, 30_000);
afterAll(() => app.close());

function run(words: string[], options: { name?: string; role?: string } = {}, keys = [oldKey]) {
  const config = { ...app.deps.config, secretKeys: keys };
  const { name, role } = options;
  return runAdmin(config, config.databaseUrl ?? "", words, { name, role });
}

const tokenIn = (lines: string[] | undefined) =>
  new URL(lines?.at(-1) ?? "").searchParams.get("token");

test("the first account made from the command line is an admin, who sets a password with the link", async () => {
  const made = await run(["create-user", "root@example.com"], { name: "Root", role: "member" });
  expect(made).toMatchObject({ code: 0 });
  expect(made?.lines[0]).toBe("root@example.com is admin now.");
  const password = { token: tokenIn(made?.lines), newPassword: "a long enough password" };
  expect((await app.anonymous.post("/auth/password-reset", password)).status).toBe(204);
  const again = await run(["create-user", "ROOT@example.com"]);
  expect(again?.code).toBe(1);
  ada = await app.person("Ada");
  expect(ada.me.role).toBe("member");
});

test("a forgotten password is reset with a link from the command line", async () => {
  const link = await run(["reset-password", "ada@example.com"]);
  const password = { token: tokenIn(link?.lines), newPassword: "another long password" };
  expect((await app.anonymous.post("/auth/password-reset", password)).status).toBe(204);
  const signIn = { email: "ada@example.com", password: "another long password" };
  expect((await app.anonymous.post("/auth/sign-in", signIn)).status).toBe(200);
  expect(await run(["reset-password", "nobody@example.com"])).toMatchObject({ code: 1 });
});

test("after re-encryption, provider keys decrypt with the newest secret key alone", async () => {
  const root = await run(["create-user", "admin@example.com"], { role: "admin" });
  expect(root?.code).toBe(0);
  const { database, ids, secrets } = app.deps;
  const row = { id: ids.next(), kind: "openai" as const, origin: "admin" as const };
  const sealedKey = secrets.seal("sk-secret", KEY_PURPOSE);
  await database.db.insert(providers).values({ ...row, name: "Mine", sealedKey });
  await database.db
    .insert(providers)
    .values({ ...row, id: ids.next(), name: "Lost", sealedKey: "gone.AAAA.AAAA.AAAA" });
  const report = await run(["reseal"], {}, [newKey, oldKey]);
  expect(report).toMatchObject({ code: 1 });
  expect(report?.lines).toEqual([
    "1 provider keys were re-encrypted with the newest secret key.",
    "The key of Lost cannot be decrypted; enter it again.",
  ]);
  const again = await run(["reseal"], {}, [newKey, oldKey]);
  expect(again?.lines[0]).toStartWith("0 provider keys");
  const stored = (await database.db.select().from(providers)).find(({ id }) => id === row.id);
  expect(secretKeys([newKey]).open(stored?.sealedKey ?? "", KEY_PURPOSE)).toBe("sk-secret");
});

test("unknown commands do nothing", async () => {
  for (const words of [[], ["dance"], ["reset-password"], ["create-user"], ["reseal", "now"]])
    expect(await run(words)).toBeNull();
  expect(await run(["create-user", "not an address"])).toBeNull();
  expect(await run(["create-user", "x@example.com"], { role: "owner" })).toBeNull();
});

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../test/support/app.ts";
import { contextOf } from "../../test/support/scopes.ts";
import { type Ctx, inTransaction, systemContext, userOf } from "./context.ts";
import { grantAppPrivileges } from "./db/app-role.ts";

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
  await app.owner.sql`create table notes (text text)`;
  await grantAppPrivileges(app.owner.sql);
});
afterAll(() => app.close());

const write = (ctx: Ctx, text: string) => ctx.db.execute(`insert into notes values ('${text}')`);
const notes = async () =>
  (await app.deps.database.sql`select text from notes order by text`).map(({ text }) => text);

describe("a transaction", () => {
  test("commits everything or nothing, and returns the result of its callback", async () => {
    const ctx = systemContext(app.deps, "test");
    const done = await inTransaction(ctx, async (tx) => {
      await write(tx, "kept");
      return "done";
    });
    expect(done).toBe("done");
    const failed = inTransaction(ctx, async (tx) => {
      await write(tx, "lost");
      throw new Error("changed my mind");
    });
    await expect(failed).rejects.toThrow("changed my mind");
    expect(await notes()).toEqual(["kept"]);
  });

  test("joins the surrounding transaction", async () => {
    const ctx = systemContext(app.deps, "test");
    const failed = inTransaction(ctx, async (outer) => {
      await inTransaction(outer, (inner) => {
        expect(inner).toBe(outer);
        return write(inner, "inner");
      });
      throw new Error("the outer one fails");
    });
    await expect(failed).rejects.toThrow("the outer one fails");
    expect(await notes()).toEqual(["kept"]);
  });

  test("keeps actor, address and request id", async () => {
    const ctx: Ctx = { ...contextOf(app, ada), requestId: "r1", ip: "192.0.2.1" };
    await inTransaction(ctx, async (tx) => {
      expect(tx).toMatchObject({ requestId: "r1", ip: "192.0.2.1" });
      expect(tx.actor).toBe(ctx.actor);
      expect(tx.db).not.toBe(ctx.db);
    });
  });
});

test("a verb for users refuses jobs and anonymous callers", () => {
  expect(userOf(contextOf(app, ada)).userId).toBe(ada.me.id);
  expect(() => userOf(systemContext(app.deps, "purge"))).toThrow("signed-in user");
  const stranger: Ctx = { ...contextOf(app, ada), actor: { kind: "anonymous" } };
  expect(() => userOf(stranger)).toThrow("signed-in user");
});

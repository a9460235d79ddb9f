import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../test/support/app.ts";
import { contextOf } from "../../test/support/scopes.ts";
import { type Ctx, inTransaction, jobContext, systemContext, userOf } from "./context.ts";
import { grantAppPrivileges } from "./db/app-role.ts";
import { openDatabase } from "./db/client.ts";
import { CommitUnknownError } from "./db/errors.ts";

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

describe("a transaction whose answer to COMMIT is lost", () => {
  /** Runs one that stores a note, and loses the answer. @param commits whether the note stays. */
  async function lose(commits: boolean, proves: boolean) {
    const { db, close } = openDatabase({ url: app.ownerUrl, poolMax: 2 });
    const cut = new Error("cut");
    const real = db.transaction.bind(db);
    db.transaction = async (work) => {
      const rolledBack = new Error("rolled back");
      await real(async (tx) => {
        await work(tx);
        if (!commits) throw rolledBack;
      }).catch((error) => {
        if (error !== rolledBack) throw error;
      });
      throw new CommitUnknownError(cut);
    };
    const text = `lost ${commits} ${proves}`;
    const result = inTransaction({ ...systemContext(app.deps, "test"), db }, async (tx) => {
      await write(tx, text);
      if (proves)
        tx.proofs?.push(
          async (now) => (await now.execute(`select from notes where text = '${text}'`)).length > 0,
        );
      return "done";
    });
    return { outcome: await result.catch((error) => error), cut, close };
  }

  test("has its result when its rows are there", async () => {
    const { outcome, close } = await lose(true, true);
    expect(outcome).toBe("done");
    await close();
  });

  test("fails by the lost connection when they are not", async () => {
    const { outcome, cut, close } = await lose(false, true);
    expect(outcome).toBe(cut);
    await close();
  });

  test("stays unknown when it left nothing to look for", async () => {
    const { outcome, close } = await lose(true, false);
    expect(outcome).toBeInstanceOf(CommitUnknownError);
    await close();
  });
});

test("a job works with the time limits of jobs, as itself", () => {
  const { actor, db } = jobContext(app.deps, "purge");
  expect(actor).toEqual({ kind: "system", job: "purge" });
  expect(db).toBe(app.deps.jobsDatabase.db);
  expect(systemContext(app.deps, "purge").db).toBe(app.deps.database.db);
});

test("a verb for users refuses jobs and anonymous callers", () => {
  expect(userOf(contextOf(app, ada)).userId).toBe(ada.me.id);
  expect(() => userOf(systemContext(app.deps, "purge"))).toThrow("signed-in user");
  const stranger: Ctx = { ...contextOf(app, ada), actor: { kind: "anonymous" } };
  expect(() => userOf(stranger)).toThrow("signed-in user");
});

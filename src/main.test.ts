import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestApp, type TestApp } from "../test/support/app.ts";
import { newSecretKey } from "./platform/crypto/secret-keys.ts";

const folder = mkdtempSync(join(tmpdir(), "atelier-main-"));
const keys = newSecretKey("test");
let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ env: { ATELIER_SECRET_KEYS: keys } });
  await app.person("Ada");
  await app.deps.services.audit.sealer.seal();
});
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs `atelier` with these words on the application's database. */
async function run(words: string[], env: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "main.ts"), ...words], {
    env: {
      PATH: process.env.PATH ?? "",
      ATELIER_DATA_DIR: folder,
      DATABASE_URL: app.ownerUrl,
      ATELIER_SECRET_KEYS: keys,
      ATELIER_DOCUMENT_ISOLATION: "off",
      ...env,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [said, complaint] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, said, complaint };
}

test("the usage is told when it is asked for, and refused words are told it too", async () => {
  const [help, ...refused] = await Promise.all(
    [["--help"], [], ["audit"], ["admin", "dance"]].map((words) => run(words)),
  );
  expect([help?.code, help?.complaint]).toEqual([0, ""]);
  expect(help?.said).toContain("atelier serve");
  for (const { code, said, complaint } of refused) {
    expect([code, said]).toEqual([2, ""]);
    expect(complaint).toContain("atelier serve");
  }
});

test("the configuration is shown without secrets, and with the isolation of documents", async () => {
  const { code, said } = await run(["config"]);
  expect(code).toBe(0);
  expect(JSON.parse(said)).toMatchObject({
    ATELIER_SECRET_KEYS: "[redacted]",
    ATELIER_DATA_DIR: folder,
    documentIsolation: { mechanism: "none" },
  });
});

test("a wrong setting ends the start with its name", async () => {
  const { code, said, complaint } = await run(["serve"], { ATELIER_ROLE: "boss" });
  expect([code, said]).toEqual([1, ""]);
  expect(complaint).toStartWith("atelier: Configuration is not valid:");
  expect(complaint).toContain("ATELIER_ROLE");
});

test("a database that does not answer is named by its code alone", async () => {
  const DATABASE_URL = "postgres://someone:secret@127.0.0.1:1/none";
  const { code, complaint } = await run(["migrate"], { DATABASE_URL });
  expect([code, complaint]).toEqual([
    1,
    "atelier: the database refused or did not answer (DATABASE_UNAVAILABLE)\n",
  ]);
});

test("a migrated database is migrated again without a word", async () => {
  expect(await run(["migrate"])).toEqual({ code: 0, said: "", complaint: "" });
});

test("an operator's command prints its lines and ends with its code", async () => {
  const [reset, nobody, made] = await Promise.all([
    run(["admin", "reset-password", "ada@example.com"]),
    run(["admin", "reset-password", "nobody@example.com"]),
    run(["admin", "create-user", "b@example.com", "--name", "Bea", "--role", "admin"]),
  ]);
  expect(reset.code).toBe(0);
  expect(reset.said).toMatch(/\nhttp\S+\/reset-password\?token=\S{32}\n$/);
  expect([nobody.code, nobody.said]).toEqual([
    1,
    "There is no account with this e-mail address.\n",
  ]);
  expect(made.said).toStartWith("b@example.com is admin now.\n");
});

test("the audit log is verified, against a head too", async () => {
  const verified = await run(["audit", "verify"]);
  expect(verified.code).toBe(0);
  const [, rows = "", head = ""] = /^(\d+) rows hold; head (\w+)\n$/.exec(verified.said) ?? [];
  expect(Number(rows)).toBeGreaterThan(0);
  const [same, other, keyless] = await Promise.all([
    run(["audit", "verify", "--head", head]),
    run(["audit", "verify", "--head", "f".repeat(64)]),
    run(["audit", "verify"], { ATELIER_SECRET_KEYS: "" }),
  ]);
  expect(same.code).toBe(0);
  expect(other.code).toBe(1);
  expect(other.said).toEndWith("BROKEN: the head given is not in the chain\n");
  expect([keyless.code, keyless.said]).toEqual([2, ""]);
  expect(keyless.complaint).toContain("ATELIER_SECRET_KEYS");
});

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { z } from "zod";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { read, readProblem } from "../../../test/support/read.ts";
import { systemContext } from "../../platform/context.ts";
import { createLogger } from "../../platform/observability/logger.ts";
import { judgePassword } from "./check-new-password.ts";
import { hashPassword, verifyPassword } from "./hash-password.ts";
import { type PasswordWeakness, passwordJudgement } from "./schema.ts";
import { createSetupToken } from "./set-up.ts";

setDefaultTimeout(60_000);
const PASSWORD = "a long enough password";
const owner = { name: "Ada Lovelace", email: "ada.l@lovelace-institute.org" };
const weaknessOf = async (password: string) => (await judgePassword(password, owner)).weakness;

describe("a password is refused", () => {
  const refused: Record<PasswordWeakness, string[]> = {
    password_too_short: ["", "short", "x7Kq9wPz3mT", "ﬃﬃﬃ", "e\u0301".repeat(11)],
    password_repetitive: [
      "aaaaaaaaaaaa",
      "passwordpassword",
      "abcdefghijkl",
      "qwerty1qwerty1",
      "abababababababababababab",
      "北京北京北京北京北京北京",
      "a".repeat(200),
      `${"ab".repeat(20)}but what comes later is not judged`,
    ],
    password_common: [
      "123456789012",
      "qwertyuiop12",
      "iloveyou1234",
      "P@ssw0rd1234",
      "1q2w3e4r5t6y",
    ],
    password_personal: [
      "atelieratelier",
      "Atelier2026!!",
      "4t3l13r4t3l13r",
      "ａｔｅｌｉｅｒａｔｅｌｉｅｒ",
      "Ada Lovelace 1815",
      "adalovelace12",
      "ecalevoladaecalevol",
      "lovelace-institute",
      "ada.l@lovelace-institute.org",
    ],
  };
  for (const [weakness, passwords] of Object.entries(refused))
    for (const password of passwords)
      test(`${weakness}: ${password.slice(0, 30)}`, async () => {
        expect<string | null>(await weaknessOf(password)).toBe(weakness);
      });
});

test("words, random characters and other scripts are accepted, a name within them too", async () => {
  for (const password of [
    PASSWORD,
    "correct horse battery",
    "x7Kq9wPz3mTv",
    "Ada-x7Kq9wPz3mTv",
    "пароль для этой работы",
    "e\u0301tage kitchen wo\u0308rks",
  ])
    expect([password, await weaknessOf(password)]).toEqual([password, null]);
});

test("a password typed with other code points of the same characters works, and so does one from before that", async () => {
  const composed = "caf\u00e9 kitchen lamp";
  const decomposed = "cafe\u0301 kitchen lamp";
  expect(await verifyPassword(decomposed, await hashPassword(composed))).toBe(true);
  expect(await verifyPassword(composed, await hashPassword(decomposed))).toBe(true);
  const old = await Bun.password.hash(decomposed, "argon2id");
  expect(await verifyPassword(decomposed, old)).toBe(true);
  expect(await verifyPassword("cafe kitchen lamp", old)).toBe(false);
  expect(await verifyPassword(decomposed, null)).toBe(false);
});

describe("over the API", () => {
  let app: TestApp;
  let ada: Person;
  const weak = "passwordpassword";
  beforeAll(async () => {
    app = await createTestApp();
  });
  afterAll(() => app.close());

  const expectWeak = async (answer: Response, field: string) => {
    const problem = await readProblem(answer);
    expect(problem).toMatchObject({ status: 422, code: "password_repetitive" });
    expect(problem.errors).toEqual([{ path: field, message: expect.stringMatching(/^[a-z]/) }]);
  };
  const resetToken = async (userId: string) => {
    const made = await ada.post(`/admin/users/${userId}/password-reset-link`);
    const { url } = await read(made, z.looseObject({ url: z.url() }));
    return new URL(url).searchParams.get("token");
  };

  test("the first account needs a good password, and a bad one does not consume the setup link", async () => {
    const token = await createSetupToken(systemContext(app.deps, "setup"));
    const account = { name: "Ada", email: "ada@example.com", token };
    await expectWeak(
      await app.anonymous.post("/setup", { ...account, password: weak }),
      "password",
    );
    ada = await app.person("Ada");
    expect(ada.me.role).toBe("admin");
  });

  test("so does signing up, which names the weakness by a code", async () => {
    const account = { name: "Bobolina", email: "bobolina@example.com" };
    const signUp = (password: string) =>
      app.anonymous.post("/auth/sign-up", { ...account, password });
    await expectWeak(await signUp(weak), "password");
    const codes = [];
    for (const password of ["short", "bobolina-2026", "123456789012"])
      codes.push((await readProblem(await signUp(password))).code);
    expect(codes).toEqual(["password_too_short", "password_personal", "password_common"]);
    expect((await signUp(PASSWORD)).status).toBe(201);
  });

  test("so does a change, which knows the owner", async () => {
    const cleopatra = await app.person("Cleopatra");
    const change = (newPassword: string) =>
      cleopatra.post("/me/password", { currentPassword: PASSWORD, newPassword });
    await expectWeak(await change(weak), "newPassword");
    expect((await readProblem(await change("cleopatra-2026"))).code).toBe("password_personal");
    expect((await change("quite another password")).status).toBe(204);
  });

  test("so does a reset link, also of an account that an admin created; a bad password does not consume it", async () => {
    const made = await ada.post("/admin/users", {
      name: "Dorothea",
      email: "dorothea@example.com",
    });
    const shape = z.looseObject({ user: z.looseObject({ id: z.uuid() }) });
    const token = await resetToken((await read(made, shape)).user.id);
    const reset = (newPassword: string) =>
      app.anonymous.post("/auth/password-reset", { token, newPassword });
    await expectWeak(await reset(weak), "newPassword");
    expect((await readProblem(await reset("dorothea-2026"))).code).toBe("password_personal");
    expect((await reset(PASSWORD)).status).toBe(204);
  });

  test("an existing password keeps working", async () => {
    const eve = await app.person("Eve");
    const hash = await Bun.password.hash("1234567890", "argon2id");
    await app.deps.database
      .sql`update accounts set password = ${hash} where user_id = ${eve.me.id}`;
    const body = { email: eve.me.email, password: "1234567890" };
    expect((await app.anonymous.post("/auth/sign-in", body)).status).toBe(200);
  });

  test("a rating can be requested; it is not logged or stored, and is rate-limited by address", async () => {
    const lines: string[] = [];
    const other = await createTestApp({
      deps: { logger: createLogger("debug", { write: (line) => void lines.push(line) }) },
    });
    try {
      const check = (body: object) => other.anonymous.post("/auth/password-check", body);
      const judge = async (body: object) => read(await check(body), passwordJudgement);
      expect(await judge({ password: weak })).toEqual({
        weakness: "password_repetitive",
        score: 0,
      });
      expect(await judge({ password: "Augusta Byron 1815", name: "Augusta Byron" })).toMatchObject({
        weakness: "password_personal",
      });
      expect(await judge({ password: PASSWORD })).toEqual({ weakness: null, score: 4 });
      const statuses = await Promise.all(
        Array.from({ length: 58 }, async () => (await check({ password: "" })).status),
      );
      expect(statuses.filter((status) => status === 429)).toHaveLength(1);
      const refused = await check({ password: "" });
      expect(await readProblem(refused)).toMatchObject({ status: 429, code: "rate_limited" });
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
      const [row] = await other.deps.database
        .sql`select count(*)::int as rows from audit_log l where l::text like '%Augusta%'`;
      expect(row?.rows).toBe(0);
      expect(lines.join("")).toContain("/auth/password-check");
      expect(lines.join("")).not.toContain("Augusta");
    } finally {
      await other.close();
    }
  });
});

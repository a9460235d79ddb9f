import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { z } from "zod";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { read, readProblem } from "../../../test/support/read.ts";
import { systemContext } from "../../platform/context.ts";
import { newSecretKey } from "../../platform/crypto/secret-keys.ts";
import { purgeAttempts } from "./service.ts";

const PASSWORD = "a long enough password";
const NEXT = "quite another password";
/** Maximum in any hour; ASVS 2.2.1 allows 100. */
const MOST_AN_HOUR = 96;

// Each guess costs a password hash.
setDefaultTimeout(60_000);
let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
});
afterAll(() => app.close());

let hosts = 0;
/** An unused address. */
const fresh = () => {
  const host = hosts++;
  return `198.51.${Math.floor(host / 250)}.${1 + (host % 250)}`;
};

interface From {
  address?: string;
  cookie?: string;
  at?: TestApp;
}

const post = (path: string, body: object, { address = fresh(), cookie, at = app }: From = {}) =>
  at.app.request(
    `/api/v1${path}`,
    {
      method: "POST",
      headers: { "content-type": "application/json", ...(cookie ? { cookie } : {}) },
      body: JSON.stringify(body),
    },
    { requestIP: () => ({ address, family: "IPv4", port: 1 }) },
  );
const signIn = (email: string, password: string, from?: From) =>
  post("/auth/sign-in", { email, password }, from);
const guess = async (email: string, from?: From) => (await signIn(email, "guess", from)).status;
const guesses = async (times: number, email: string, from: () => From = () => ({})) => {
  const found: number[] = [];
  for (let n = 0; n < times; n++) found.push(await guess(email, from()));
  return found.filter((status) => status === 401).length;
};
/** The device cookie that a response sets. */
const deviceOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .find((cookie) => cookie.startsWith("atelier_device="))
    ?.split(";")[0] ?? "";
/** A browser in which the user has signed in. */
const deviceOfPerson = async (email: string, password = PASSWORD, address = fresh()) => {
  const answer = await signIn(email, password, { address });
  expect(answer.status).toBe(200);
  return deviceOf(answer);
};
/** Moves time past every window. */
const wait = (minutes: number) =>
  app.deps.database
    .sql`update sign_in_attempts set ends_at = ends_at - ${minutes} * interval '1 minute'`;
const resetToken = async (userId: string) => {
  const made = await ada.post(`/admin/users/${userId}/password-reset-link`);
  const { url } = await read(made, z.looseObject({ url: z.url() }));
  return new URL(url).searchParams.get("token");
};

describe("guesses at one account", () => {
  test("from 400 addresses and from known networks and devices: few are checked, and the owner can sign in meanwhile", async () => {
    const { email } = (await app.person("Bob")).me;
    const office = fresh();
    const cookie = await deviceOfPerson(email, PASSWORD, office);
    const other = await deviceOfPerson((await app.person("Mallory")).me.email);
    const strangers = Array.from({ length: 400 }, fresh);
    let judged = 0;
    for (let minute = 0; minute < 60; minute++) {
      const froms: From[] = [
        ...strangers.slice(minute * 7, minute * 7 + 7).map((address) => ({ address })),
        // Also from the account's own network: its extra attempts do not raise the limit.
        { address: office },
        { address: office, cookie: other },
      ];
      for (const from of froms) if ((await guess(email, from)) === 401) judged++;
      if (minute % 10 === 5) {
        expect((await signIn(email, PASSWORD, { cookie, address: office })).status).toBe(200);
        expect((await signIn(email, PASSWORD, { cookie })).status).toBe(200);
      }
      await wait(1);
    }
    expect(judged).toBeGreaterThan(20);
    expect(judged).toBeLessThanOrEqual(MOST_AN_HOUR);
  });

  test("by strangers, on a known network and on a known device, at the maximum rate, in the worst hour", async () => {
    const { email } = (await app.person("Cleo")).me;
    const address = fresh();
    const cookie = await deviceOfPerson(email, PASSWORD, address);
    // Each allowance starts with one guess, so that the rest can come at the very end of its window.
    const inWindow = async (first: number, rest: number) => [
      await guesses(first, email, () => ({ address, cookie })),
      await guesses(rest, email, () => ({ address, cookie })),
    ];
    expect(await inWindow(1, 30)).toEqual([1, 18]);
    let judged = 18;
    for (let window = 1; window < 5; window++) {
      await wait(15);
      judged += await guesses(30, email, () => ({ address, cookie }));
    }
    expect(judged).toBeLessThanOrEqual(MOST_AN_HOUR);
  });

  test("sent at once are counted like those in sequence", async () => {
    const address = fresh();
    const statuses = await Promise.all(
      Array.from({ length: 30 }, () => guess("many@example.com", { address })),
    );
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
  });

  test("sent to two processes are counted together, without Valkey too", async () => {
    const env = { ATELIER_SECRET_KEYS: newSecretKey("shared") };
    const one = await createTestApp({ env });
    const other = await createTestApp({ env, databaseUrl: one.ownerUrl });
    try {
      let turn = 0;
      const from = () => ({ at: turn++ % 2 === 0 ? one : other });
      expect(await guesses(14, "ada@example.com", from)).toBe(10);
    } finally {
      await other.close();
      await one.close();
    }
  });

  test("are told how long to wait", async () => {
    const address = fresh();
    await guesses(10, "waits@example.com", () => ({ address }));
    const refused = await signIn("waits@example.com", "guess", { address });
    const seconds = Number(refused.headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(14 * 60);
    expect(seconds).toBeLessThanOrEqual(15 * 60);
    const problem = await readProblem(refused);
    expect(problem).toMatchObject({ status: 429, code: "too_many_attempts" });
    await wait(15);
    expect(await guess("waits@example.com", { address })).toBe(401);
  });

  test("are checked and refused alike, whether the account exists, is disabled, or does not exist", async () => {
    const finn = await app.person("Finn");
    const gone = await app.person("Gone");
    await ada.patch(`/admin/users/${gone.me.id}`, { disabled: true });
    const known = fresh();
    await deviceOfPerson(finn.me.email, PASSWORD, known);
    const emails = [finn.me.email, gone.me.email, "never-was@example.com"];
    const seen: unknown[] = [];
    for (const [index, email] of emails.entries()) {
      const answers: unknown[] = [];
      for (let n = 0; n < 16; n++) {
        const address = n < 11 ? `203.0.${index}.${n + 1}` : known;
        const answer = await signIn(email, "guess", { address });
        const { requestId: _, ...problem } = z.looseObject({}).parse(await answer.json());
        answers.push([problem, answer.headers.has("retry-after"), answer.headers.getSetCookie()]);
      }
      seen.push(answers);
    }
    expect(JSON.stringify(seen[0])).toContain("too_many_attempts");
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  test("that turn out right do not count", async () => {
    const { email } = (await app.person("Gus")).me;
    for (let n = 0; n < 12; n++) expect((await signIn(email, PASSWORD)).status).toBe(200);
    expect(await guesses(12, email)).toBe(10);
  });

  test("by a stolen session that asks for the password count too", async () => {
    const hal = await app.person("Hal");
    const statuses: number[] = [];
    for (let n = 0; n < 20; n++)
      statuses.push((await hal.post("/me/confirm-password", { password: "guess" })).status);
    expect(statuses.filter((status) => status === 422)).toHaveLength(19);
    expect(statuses.at(-1)).toBe(429);
    expect(await guess(hal.me.email)).toBe(429);
  });
});

describe("a known device", () => {
  test("can sign in after 60 wrong passwords from the same address, unlike others", async () => {
    const { email } = (await app.person("Ida")).me;
    const address = fresh();
    const cookie = await deviceOfPerson(email);
    await Promise.all(
      Array.from({ length: 60 }, (_, n) => guess(`nobody-${n}@example.com`, { address })),
    );
    expect((await signIn(email, PASSWORD, { address })).status).toBe(429);
    expect((await signIn(email, PASSWORD, { address, cookie })).status).toBe(200);
  });

  test("is known for its own account only, and not by a changed or old cookie", async () => {
    const { email } = (await app.person("Jan")).me;
    const mallory = (await app.person("Kim")).me;
    const own = await deviceOfPerson(email);
    const [userId = "", at = "", signature = ""] = (own.split("=")[1] ?? "").split(".");
    const hash = (
      await app.deps.database.sql`select password from accounts where user_id = ${userId}`
    )[0]?.password;
    const old = Date.now() - 366 * 86_400_000;
    const signed = (said: string) => app.deps.secrets.sign(`${said} ${hash}`, "device-cookie");
    const cookies = [
      await deviceOfPerson(mallory.email),
      `atelier_device=${mallory.id}.${at}.${signature}`,
      `atelier_device=${userId}.${Number(at) + 1}.${signature}`,
      `atelier_device=${userId}.${at}.`,
      `atelier_device=${userId}.${at}.${signature}.more`,
      `atelier_device=${userId}.${old}.${signed(`${userId}.${old}`)}`,
    ];
    await guesses(10, email);
    for (const cookie of cookies)
      expect([cookie, await guess(email, { cookie })]).toEqual([cookie, 429]);
    const made = `${userId}.${Date.now()}`;
    const right = `atelier_device=${made}.${signed(made)}`;
    expect((await signIn(email, PASSWORD, { cookie: right })).status).toBe(200);
  });

  test("is one that used a reset link; those of the old password are unknown again", async () => {
    const lea = await app.person("Lea");
    const before = await deviceOfPerson(lea.me.email);
    const reset = await post("/auth/password-reset", {
      token: await resetToken(lea.me.id),
      newPassword: NEXT,
    });
    await guesses(10, lea.me.email);
    expect((await signIn(lea.me.email, NEXT, { cookie: before })).status).toBe(429);
    expect((await signIn(lea.me.email, NEXT, { cookie: deviceOf(reset) })).status).toBe(200);
  });

  test("is one that changed the password", async () => {
    const max = await app.person("Max");
    const changed = await max.post("/me/password", {
      currentPassword: PASSWORD,
      newPassword: NEXT,
    });
    await guesses(10, max.me.email);
    expect((await signIn(max.me.email, NEXT, { cookie: deviceOf(changed) })).status).toBe(200);
  });

  test("has a cookie that pages cannot read, for this host alone over HTTPS, and that is no session", async () => {
    const [plain] = (await signIn(ada.me.email, PASSWORD)).headers
      .getSetCookie()
      .filter((cookie) => cookie.includes("atelier_device"));
    expect(plain).toMatch(
      /^atelier_device=[^;]+; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect((await app.withCookie(plain?.split(";")[0] ?? "").get("/me")).status).toBe(401);
    const other = await createTestApp({ env: { ATELIER_PUBLIC_URL: "https://atelier.example" } });
    try {
      await other.person("Ada");
      const answer = await signIn("ada@example.com", PASSWORD, { at: other });
      const [secure = ""] = answer.headers.getSetCookie().filter((one) => one.includes("_device="));
      expect(secure).toMatch(
        /^__Host-atelier_device=[^;]+; .*Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      );
      await guesses(10, "ada@example.com", () => ({ at: other }));
      const sent = { cookie: secure.split(";")[0] ?? "", at: other };
      expect((await signIn("ada@example.com", PASSWORD, sent)).status).toBe(200);
      const renamed = { ...sent, cookie: sent.cookie.replace("__Host-", "") };
      expect((await signIn("ada@example.com", PASSWORD, renamed)).status).toBe(429);
    } finally {
      await other.close();
    }
  });
});

describe("a known network", () => {
  test("has a few attempts of its own, also for a new browser", async () => {
    const { email } = (await app.person("Nina")).me;
    const address = fresh();
    await deviceOfPerson(email, PASSWORD, address);
    expect(await guesses(12, email)).toBe(10);
    expect((await signIn(email, PASSWORD, { address })).status).toBe(200);
    expect(await guesses(6, email, () => ({ address }))).toBe(4);
  });
});

describe("failures since the last sign-in", () => {
  test("are shown at the next one, once, and stored with its session", async () => {
    const olga = await app.person("Olga");
    const failedAt = async () =>
      z
        .looseObject({ failedBefore: z.number() })
        .parse(await (await signIn(olga.me.email, PASSWORD)).json()).failedBefore;
    expect(await failedAt()).toBe(0);
    await guesses(3, olga.me.email.toUpperCase());
    expect(await failedAt()).toBe(3);
    expect(await failedAt()).toBe(0);
    const sessions = await read(
      await olga.get("/me/sessions"),
      z.looseObject({ items: z.array(z.looseObject({ failedBefore: z.number() })) }),
    );
    expect(sessions.items.map(({ failedBefore }) => failedBefore)).toEqual([0, 3, 0, 0]);
  });

  test("are kept for the newest hundred thousand accounts, whatever a flood of addresses leaves", async () => {
    const { sql } = app.deps.database;
    await sql`insert into failed_sign_ins (account_hash, count, last_at)
      select 'flood-' || n, 1, now() - interval '1 day' - n * interval '1 second'
      from generate_series(1, 100100) n`;
    await guesses(1, "newest@example.com");
    await purgeAttempts(systemContext(app.deps, "purge"));
    const [row] =
      await sql`select count(*)::int as rows, max(last_at) > now() - interval '1 hour' as newest
      from failed_sign_ins`;
    expect(row).toEqual({ rows: 100_000, newest: true });
    await sql`delete from failed_sign_ins where account_hash like 'flood-%'`;
  });

  test("are stored without the address, and purged with expired windows and old networks", async () => {
    const { sql } = app.deps.database;
    await guesses(1, "somebody-purged@example.com");
    const rows = await sql`select t::text as row from failed_sign_ins t
      union all select t::text from sign_in_attempts t`;
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.some(({ row }) => /example|somebody/.test(row))).toBe(false);
    const left = async () =>
      (
        await sql`select (select count(*)::int from failed_sign_ins) as failures,
          (select count(*)::int from sign_in_attempts) as windows,
          (select count(*)::int from known_networks) as networks`
      )[0];
    const purge = () => purgeAttempts(systemContext(app.deps, "purge"));
    const before = await left();
    await purge();
    expect(await left()).toMatchObject({ failures: before?.failures, networks: before?.networks });
    expect((await left())?.windows).toBeGreaterThan(0);
    await wait(15);
    await sql`update failed_sign_ins set last_at = now() - interval '91 days'`;
    await sql`update known_networks set last_at = now() - interval '91 days'`;
    await purge();
    expect(await left()).toEqual({ failures: 0, windows: 0, networks: 0 });
  });
});

import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  setDefaultTimeout,
  test,
} from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { eventually } from "../../../test/support/eventually.ts";
import { read, readProblem } from "../../../test/support/read.ts";
import { startValkey } from "../../../test/support/valkey.ts";
import { settings } from "../admin/schema.ts";

setDefaultTimeout(60_000);
const PASSWORD = "a long enough password";

let people = 0;
/** Asks for an account of somebody new, from an address. */
const signUp = (
  app: TestApp,
  address: string,
  more: { email?: string; password?: string } = {},
) => {
  const person = `person-${people++}`;
  return app.app.request(
    "/api/v1/auth/sign-up",
    {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        name: person,
        email: `${person}@example.com`,
        password: PASSWORD,
        ...more,
      }),
    },
    { requestIP: () => ({ address, family: address.includes(":") ? "IPv6" : "IPv4", port: 1 }) },
  );
};

describe("accounts made from one address", () => {
  let app: TestApp;
  let ada: Person;
  beforeAll(async () => {
    app = await createTestApp({ env: { ATELIER_SIGN_UPS_PER_HOUR: "3" } });
    ada = await app.person("Ada");
  });
  afterAll(() => app.close());

  const statuses = async (times: number, address: (n: number) => string) => {
    const found: number[] = [];
    for (let n = 0; n < times; n++) found.push((await signUp(app, address(n))).status);
    return found;
  };

  test("are so many an hour, and others go on", async () => {
    expect(await statuses(4, () => "192.0.2.1")).toEqual([201, 201, 201, 429]);
    const refused = await signUp(app, "192.0.2.1");
    expect(await readProblem(refused)).toMatchObject({ status: 429, code: "too_many_sign_ups" });
    const seconds = Number(refused.headers.get("retry-after"));
    expect(seconds).toBeGreaterThan(3500);
    expect(seconds).toBeLessThanOrEqual(3600);
    expect((await signUp(app, "192.0.2.2")).status).toBe(201);
  });

  test("are counted by network where it is IPv6, and together where they are sent at once", async () => {
    expect(await statuses(4, (n) => `2001:db8::${n + 1}`)).toEqual([201, 201, 201, 429]);
    const answers = await Promise.all(Array.from({ length: 8 }, () => signUp(app, "192.0.2.3")));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
  });

  test("are counted with what tells of an account, not with what is put right", async () => {
    const taken = { email: ada.me.email };
    for (let n = 0; n < 4; n++) await signUp(app, "192.0.2.4", { password: "short" });
    const asked = [];
    for (let n = 0; n < 4; n++)
      asked.push((await readProblem(await signUp(app, "192.0.2.4", taken))).code);
    expect(asked).toEqual(["email_taken", "email_taken", "email_taken", "too_many_sign_ups"]);
  });

  test("do not count those that an admin makes", async () => {
    for (let n = 0; n < 5; n++) {
      const made = await ada.post("/admin/users", { name: "Made", email: `made-${n}@example.com` });
      expect(made.status).toBe(201);
    }
  });

  test("cost no more judging of passwords than half of one a second", async () => {
    const answers = await Promise.all(
      Array.from({ length: 31 }, () => signUp(app, "192.0.2.5", { password: "short" })),
    );
    expect(answers.filter(({ status }) => status === 422)).toHaveLength(30);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(1);
  });

  test("are counted by two processes together where there is a Valkey", async () => {
    const valkey = await startValkey();
    const env = { ATELIER_SIGN_UPS_PER_HOUR: "3", VALKEY_URL: valkey.url };
    const one = await createTestApp({ env });
    const other = await createTestApp({ env, databaseUrl: one.ownerUrl });
    try {
      await one.person("Ada");
      await eventually(
        "Valkey",
        () => one.deps.counts?.status === "ready" && other.deps.counts?.status === "ready",
      );
      const found: number[] = [];
      for (let n = 0; n < 4; n++)
        found.push((await signUp(n % 2 === 0 ? one : other, "192.0.2.6")).status);
      expect(found).toEqual([201, 201, 201, 429]);
    } finally {
      await other.close();
      await one.close();
      await valkey.kill();
    }
  });

  test("are ten an hour unless configured otherwise, and any number with 0", async () => {
    const defaults = await createTestApp({ env: { ATELIER_SIGN_UPS_PER_HOUR: "" } });
    expect(defaults.deps.config.signUpsPerHour).toBe(10);
    await defaults.close();
    const without = await createTestApp();
    expect(without.deps.config.signUpsPerHour).toBe(0);
    await without.person("Ada");
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => signUp(without, "192.0.2.7")),
    );
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    await without.close();
  });
});

describe("the e-mail domains that may sign up", () => {
  let app: TestApp;
  let ada: Person;
  beforeAll(async () => {
    app = await createTestApp();
    ada = await app.person("Ada");
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    await allow([]);
  });

  const allow = (signUpDomains: unknown) => ada.patch("/admin/settings", { signUpDomains });
  const codeFor = async (email: string) => {
    const answer = await signUp(app, "192.0.2.9", { email });
    return answer.status === 201 ? null : (await readProblem(answer)).code;
  };

  test("are any unless an admin names some", async () => {
    expect(await read(await ada.get("/admin/settings"), settings)).toMatchObject({
      signUpDomains: [],
    });
    expect(await codeFor("first@anywhere.example")).toBeNull();
  });

  test("are compared whole, in any case of letters and any script", async () => {
    const set = await allow(["@Example.COM", "bücher.example", "example.com."]);
    expect(await read(set, settings)).toMatchObject({
      signUpDomains: ["example.com", "xn--bcher-kva.example"],
    });
    expect(await codeFor("one@example.com")).toBeNull();
    expect(await codeFor("two@EXAMPLE.com")).toBeNull();
    expect(await codeFor("three@xn--bcher-kva.example")).toBeNull();
    for (const email of [
      "a@sub.example.com",
      "a@notexample.com",
      "a@example.com.evil.example",
      "a@example.org",
    ])
      expect([email, await codeFor(email)]).toEqual([email, "email_domain_not_allowed"]);
  });

  test("are told to others by a code, at the field", async () => {
    await allow(["example.com"]);
    const refused = await readProblem(await signUp(app, "192.0.2.9", { email: "a@example.org" }));
    expect(refused).toMatchObject({ status: 403, code: "email_domain_not_allowed" });
    expect(refused.errors).toEqual([
      {
        path: "email",
        message: "Use an address of your organisation, or ask an admin for an account",
      },
    ]);
    // Whether there is an account with the address is not told then.
    await ada.post("/admin/users", { name: "Known", email: "known@example.org" });
    expect(await codeFor("known@example.org")).toBe("email_domain_not_allowed");
  });

  test("do not bind an admin who adds people", async () => {
    await allow(["example.com"]);
    const made = await ada.post("/admin/users", {
      name: "Guest",
      email: "guest@elsewhere.example",
    });
    expect(made.status).toBe(201);
  });

  test("are domain names, a hundred at most", async () => {
    const refused = await readProblem(await allow(["example.com", "no domain"]));
    expect(refused).toMatchObject({ status: 422, code: "validation_failed" });
    expect(refused.errors).toEqual([{ path: "signUpDomains.1", message: "is not a domain name" }]);
    expect((await allow("example.com")).status).toBe(422);
    const many = Array.from({ length: 101 }, (_, n) => `d${n}.example`);
    expect((await allow(many)).status).toBe(422);
    expect((await allow(many.slice(1))).status).toBe(200);
  });
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type TestApp } from "../../../test/support/app.ts";
import { until } from "../../../test/support/generation.ts";
import { read, readProblem } from "../../../test/support/read.ts";
import { startValkey } from "../../../test/support/valkey.ts";
import { createdApiKey } from "../../features/identity/schema.ts";

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ env: { ATELIER_RATE_LIMIT: "5" } });
});
afterAll(() => app.close());

test("a user over the limit has to wait, and no one else", async () => {
  const ada = await app.person("Ada");
  const bob = await app.person("Bob");
  const answers = [];
  for (let request = 0; request < 6; request++) answers.push(await ada.get("/me"));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429]);
  const [first, , , , , last] = answers;
  expect(first?.headers.get("ratelimit-policy")).toBe('"default";q=5;w=60');
  expect(first?.headers.get("ratelimit")).toMatch(/^"default";r=4;t=\d+$/);
  if (!last) throw new Error("no sixth answer");
  expect(Number(last.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await readProblem(last)).code).toBe("rate_limited");
  expect((await bob.get("/me")).status).toBe(200);
});

test("requests that are not signed in are counted by address", async () => {
  const from = (address: string) =>
    app.app.request(
      "/api/v1/setup",
      {},
      { requestIP: () => ({ address, family: "IPv4", port: 1 }) },
    );
  for (let request = 0; request < 5; request++) expect((await from("192.0.2.1")).status).toBe(200);
  expect((await from("192.0.2.1")).status).toBe(429);
  expect((await from("192.0.2.2")).status).toBe(200);
});

test("guessed API keys are counted by address, and for IPv6 by network", async () => {
  const statuses: number[] = [];
  for (let guess = 0; guess < 6; guess++) {
    const answer = await app.app.request(
      "/api/v1/me",
      { headers: { authorization: `Bearer atl_${guess}` } },
      { requestIP: () => ({ address: `2001:db8::${guess}`, family: "IPv6", port: 1 }) },
    );
    statuses.push(answer.status);
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
});

test("two processes count together in Valkey, and separately while it is down", async () => {
  const valkey = await startValkey();
  const env = { ATELIER_RATE_LIMIT: "6", VALKEY_URL: valkey.url };
  const one = await createTestApp({ env });
  const other = await createTestApp({ env, databaseUrl: one.ownerUrl });
  const ready = () => one.deps.counts?.status === "ready" && other.deps.counts?.status === "ready";
  const statuses = async (key: string, times: number) => {
    const found = [];
    for (let n = 0; n < times; n++)
      found.push((await (n % 2 === 0 ? one : other).withKey(key).get("/me")).status);
    return found;
  };
  const newKey = async (name: string) => {
    const person = await one.person(name);
    const body = { name: "Test", scopes: ["read"] };
    return (await read(await person.post("/me/api-keys", body), createdApiKey)).key;
  };
  try {
    await until(ready);
    const ada = await newKey("Ada");
    expect(await statuses(ada, 7)).toEqual([200, 200, 200, 200, 200, 429, 429]);
    const bob = await newKey("Bob");
    await valkey.kill();
    expect((await statuses(bob, 8)).every((status) => status === 200)).toBe(true);
    await valkey.start();
    await until(ready);
    const eve = await newKey("Eve");
    expect((await statuses(eve, 7)).slice(-2)).toEqual([429, 429]);
  } finally {
    await other.close();
    await one.close();
    await valkey.kill();
  }
});

test("wrong passwords for many accounts, sent to two processes from one address, are counted together", async () => {
  const valkey = await startValkey();
  const env = { ATELIER_RATE_LIMIT: "0", VALKEY_URL: valkey.url };
  const one = await createTestApp({ env });
  const other = await createTestApp({ env, databaseUrl: one.ownerUrl });
  try {
    await until(() => one.deps.counts?.status === "ready" && other.deps.counts?.status === "ready");
    const guess = async (n: number) => {
      const body = { email: `nobody-${n}@example.com`, password: "not theirs" };
      const answer = await (n % 2 === 0 ? one : other).anonymous.post("/auth/sign-in", body);
      return (await readProblem(answer)).code;
    };
    const codes = await Promise.all(Array.from({ length: 62 }, (_, n) => guess(n)));
    const throttled = codes.filter((code) => code === "too_many_attempts");
    expect(throttled).toHaveLength(2);
  } finally {
    await other.close();
    await one.close();
    await valkey.kill();
  }
}, 60_000);

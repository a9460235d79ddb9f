import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type TestApp } from "../../../test/support/app.ts";
import { readProblem } from "../../../test/support/read.ts";

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp({ env: { ATELIER_RATE_LIMIT: "5" } });
});
afterAll(() => app.close());

test("a user over the limit waits, and says so to nobody else", async () => {
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

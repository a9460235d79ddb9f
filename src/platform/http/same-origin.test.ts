import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { makeCast } from "../../../test/support/cast.ts";
import { read, readProblem } from "../../../test/support/read.ts";
import { createdApiKey } from "../../features/identity/schema.ts";

/** Whether a write with these headers passes; fails when another check refused it. */
async function passes(
  app: TestApp,
  headers: Record<string, string>,
  base = "http://atelier.localhost",
): Promise<boolean> {
  const answer = await app.app.request(`${base}/api/v1/projects`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ name: "Written" }),
  });
  if (answer.status === 201) return true;
  expect(await readProblem(answer)).toMatchObject({ status: 403, code: "foreign_origin" });
  return false;
}

describe("without a public address", () => {
  let app: TestApp;
  let ada: Person;
  let key: string;
  beforeAll(async () => {
    app = await createTestApp();
    ada = await app.person("Ada");
    const made = await ada.post("/me/api-keys", { name: "CI", scopes: ["read", "write"] });
    key = (await read(made, createdApiKey)).key;
  });
  afterAll(() => app.close());
  const written = (headers: Record<string, string>) =>
    passes(app, { cookie: ada.cookie, ...headers });

  test("a page's write passes when its origin equals the requested one", async () => {
    expect(await written({ origin: "http://atelier.localhost" })).toBe(true);
    for (const origin of [
      "http://evil.example",
      "https://atelier.localhost",
      "http://atelier.localhost:8080",
      "http://atelier.localhost.evil.example",
      "http://evil.example/http://atelier.localhost",
      "null",
      "",
    ])
      expect([origin, await written({ origin })]).toEqual([origin, false]);
    const onPort = { cookie: ada.cookie, origin: "http://atelier.localhost:3000" };
    expect(await passes(app, onPort, "http://atelier.localhost:3000")).toBe(true);
  });

  test("the browser's Sec-Fetch-Site is trusted", async () => {
    for (const site of ["same-origin", "none"])
      expect(await written({ "sec-fetch-site": site })).toBe(true);
    for (const site of ["cross-site", "same-site", "", "odd"])
      expect(await written({ "sec-fetch-site": site, origin: "http://atelier.localhost" })).toBe(
        false,
      );
    expect(await written({ "sec-fetch-site": "same-origin", origin: "http://evil.example" })).toBe(
      false,
    );
  });

  test("a program that sends no origin passes", async () => {
    expect(await written({})).toBe(true);
  });

  test("an API key authenticates; any other Authorization header beside a cookie does not", async () => {
    const origin = "http://evil.example";
    expect(await passes(app, { authorization: `Bearer ${key}`, origin })).toBe(true);
    for (const authorization of ["Basic YWRhOnNlY3JldA==", "x", "", `Basic ${key}`, "Bearer"])
      expect([authorization, await written({ authorization, origin })]).toEqual([
        authorization,
        false,
      ]);
    const wrongKey = await app.app.request("http://atelier.localhost/api/v1/projects", {
      method: "POST",
      headers: { cookie: ada.cookie, origin, authorization: "Bearer atl_wrong" },
    });
    expect(await readProblem(wrongKey)).toMatchObject({ status: 401, code: "invalid_api_key" });
  });

  test("an anonymous write is checked as well, whatever the method", async () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      const answer = await app.app.request("/api/v1/auth/sign-in", {
        method,
        headers: { origin: "http://evil.example" },
      });
      expect((await readProblem(answer)).code).toBe("foreign_origin");
    }
  });

  test("reads are not checked: they change nothing and no other origin can see them", async () => {
    const answer = await app.app.request("/api/v1/me", {
      headers: { cookie: ada.cookie, origin: "http://evil.example" },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("a forwarded scheme is ignored where no proxy is declared", async () => {
    const forwarded = { "x-forwarded-proto": "https", origin: "https://atelier.localhost" };
    expect(await written(forwarded)).toBe(false);
  });
});

test("behind declared proxies the scheme is the outermost proxy's", async () => {
  const app = await createTestApp({ env: { ATELIER_TRUSTED_PROXIES: "2" } });
  try {
    const { cookie } = (await makeCast(app)).people.owner;
    const written = (proto: string, origin: string) =>
      passes(app, { cookie, "x-forwarded-proto": proto, origin });
    expect(await written("https", "https://atelier.localhost")).toBe(true);
    expect(await written("https", "http://atelier.localhost")).toBe(false);
    expect(await written("http, https, http", "https://atelier.localhost")).toBe(true);
    expect(await written("ftp", "http://atelier.localhost")).toBe(true);
  } finally {
    await app.close();
  }
});

test("with a public address that one counts, whatever the Host", async () => {
  const app = await createTestApp({ env: { ATELIER_PUBLIC_URL: "https://atelier.example/" } });
  try {
    const { cookie } = await app.person("Ada");
    expect(await passes(app, { cookie, origin: "https://atelier.example" })).toBe(true);
    for (const origin of ["http://atelier.example", "http://atelier.localhost"])
      expect(await passes(app, { cookie, origin })).toBe(false);
  } finally {
    await app.close();
  }
});

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type TestApp } from "../../../test/support/app.ts";

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

const kept = (answer: Response) => answer.headers.get("cache-control");

test("a response is not cached unless it says otherwise", async () => {
  const ada = await app.person("Ada");
  expect(kept(await ada.get("/me"))).toBe("private, no-store");
  expect(kept(await ada.post("/projects", { name: "New" }))).toBe("private, no-store");
  expect(kept(await app.anonymous.get("/setup"))).toBe("private, no-store");
  for (const path of ["/nope", "/admin/users/none"])
    expect(kept(await ada.get(path))).toContain("no-store");
  expect(kept(await app.app.request("/api/openapi.json"))).toBe("private, no-store");
  expect(kept(await app.app.request("/api/docs"))).toBe("no-cache");
});

test("signing out clears the browser's cache", async () => {
  const bob = await app.person("Bob");
  const answer = await bob.post("/auth/sign-out");
  expect(answer.status).toBe(204);
  expect(answer.headers.get("clear-site-data")).toBe('"cache", "storage"');
  expect(answer.headers.get("set-cookie")).toContain("Max-Age=0");
});

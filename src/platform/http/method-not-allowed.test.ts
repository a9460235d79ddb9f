import { afterAll, beforeAll, expect, test } from "bun:test";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { readOperations } from "../../../test/support/operations.ts";
import { readProblem } from "../../../test/support/read.ts";

let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await createTestApp();
  ada = await app.person("Ada");
});
afterAll(() => app.close());

const ID = "0192d5a0-0000-7000-8000-00000000dead";
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "LOCK"];

test("a path answers an unsupported method with 405 and names the supported ones", async () => {
  const byPath = new Map<string, string[]>();
  for (const { name, method } of await readOperations(app)) {
    // A name and an id look alike: `/files/{name}` and `/files/{fileId}` match the same path.
    const path = (name.split(" ")[1] ?? "").replace(/\{\w+\}/g, ID);
    byPath.set(path, [...(byPath.get(path) ?? []), method]);
  }
  const surprises: string[] = [];
  for (const [path, methods] of byPath) {
    const expected = [...methods, ...(methods.includes("GET") ? ["HEAD"] : [])].sort().join();
    for (const method of METHODS.filter((one) => !methods.includes(one))) {
      const answer = await ada.request(method, path);
      const allow = (answer.headers.get("allow") ?? "").split(", ").sort().join();
      const { code } = await readProblem(answer);
      if (answer.status !== 405 || code !== "method_not_allowed" || allow !== expected)
        surprises.push(`${method} ${path}: ${answer.status} ${code} ${allow}, not ${expected}`);
    }
  }
  expect(surprises).toEqual([]);
  expect(byPath.size).toBeGreaterThan(40);
});

test("an unknown path is 404 with any method", async () => {
  for (const method of METHODS) {
    for (const path of ["/nope", "/projects/", `/projects/${ID}/nope`]) {
      const answer = await ada.request(method, path);
      expect([method, path, (await readProblem(answer)).code]).toEqual([method, path, "not_found"]);
      expect(answer.headers.get("allow")).toBeNull();
    }
  }
});

test("the API description is read-only", async () => {
  for (const path of ["/api/openapi.json", "/api/docs"]) {
    const answer = await app.app.request(path, { method: "POST" });
    expect((await readProblem(answer)).code).toBe("method_not_allowed");
    expect(answer.headers.get("allow")).toBe("GET, HEAD");
  }
});

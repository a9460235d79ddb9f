import { expect, test } from "bun:test";
import packageJson from "../../package.json" with { type: "json" };
import { type AuthForm, requestHeaders } from "./request-headers.ts";

const agent = { "user-agent": `Atelier/${packageJson.version}` };

test.each<[AuthForm | undefined, AuthForm, Record<string, string>]>([
  [undefined, "bearer", { authorization: "Bearer k" }],
  [undefined, "x-api-key", { "x-api-key": "k" }],
  ["api-key", "bearer", { "api-key": "k" }],
  ["bearer", "x-api-key", { authorization: "Bearer k" }],
])("a key as %p in a format that has it as %s", (auth, usual, headers) => {
  expect(requestHeaders({ apiKey: "k", ...(auth ? { auth } : {}) }, usual)).toEqual({
    ...agent,
    ...headers,
  });
});

test("without a key there is no header for it", () => {
  expect(requestHeaders({}, "bearer")).toEqual(agent);
  expect(requestHeaders({ apiKey: "" }, "bearer")).toEqual(agent);
});

test("an admin's headers come last, whatever their case", () => {
  const headers = { "User-Agent": "Mine", "Helicone-Auth": "Bearer h", Authorization: "Basic x" };
  expect(requestHeaders({ apiKey: "k", headers }, "bearer")).toEqual({
    "user-agent": "Mine",
    "helicone-auth": "Bearer h",
    authorization: "Basic x",
  });
});

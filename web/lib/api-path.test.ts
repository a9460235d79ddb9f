import { expect, test } from "bun:test";
import { path } from "./api-path.ts";

test("each inserted value becomes one escaped segment below /api/v1", () => {
  expect<string>(path`/me`).toBe("/api/v1/me");
  expect<string>(path`/projects/${"a/b?c"}/files/${7}`).toBe("/api/v1/projects/a%2Fb%3Fc/files/7");
  expect<string>(path`/x/${"../y"}`).toBe("/api/v1/x/..%2Fy");
});

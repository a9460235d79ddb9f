import { expect, test } from "bun:test";
import { join } from "node:path";
import { Glob } from "bun";
import { onSignedOut, refused } from "./refused.ts";

test("an expired session is reported; other refusals and a wrong password are not", () => {
  const told: string[] = [];
  const answer = (status: number, code: string) => {
    onSignedOut(() => told.push(code));
    return refused(status, JSON.stringify({ code, detail: "No." }), "r1");
  };
  expect(answer(403, "forbidden")).toMatchObject({ status: 403, code: "forbidden" });
  answer(401, "wrong_credentials");
  expect(told).toEqual([]);
  expect(answer(401, "not_signed_in")).toMatchObject({ status: 401, requestId: "r1" });
  expect(told).toEqual(["not_signed_in"]);
  onSignedOut(() => {});
});

test("every request outside the API client handles refusals the same way", async () => {
  const web = join(import.meta.dir, "..");
  const asking: string[] = [];
  const otherwise: string[] = [];
  for await (const file of new Glob("**/*.{ts,tsx}").scan({ cwd: web })) {
    if (file.startsWith("test/") || file.includes(".test.")) continue;
    const text = await Bun.file(join(web, file)).text();
    if (!/XMLHttpRequest|EventSource\(|sendBeacon|\bfetch\(/.test(text)) continue;
    asking.push(file);
    if (!/import \{[^}]*\brefused\b[^}]*\} from "[./\w]*\/refused\.ts"/.test(text))
      otherwise.push(file);
  }
  expect(asking).toContain("features/knowledge/upload-file.ts");
  expect(otherwise).toEqual([]);
});

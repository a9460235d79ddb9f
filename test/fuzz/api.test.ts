import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { createTestApp, type TestApp } from "../support/app.ts";
import { type Cast, makeCast } from "../support/cast.ts";

/**
 * Fuzzes the application with schemathesis from its OpenAPI document: valid and invalid requests to every
 * operation, then chains of calls that use the results of earlier ones. No response may have an undocumented
 * status, media type or body, and none may be a 5xx. ATELIER_FUZZ_SEED and ATELIER_FUZZ_SECONDS (for each
 * caller) select another or a longer run.
 */
const ROOT = join(import.meta.dir, "..", "..");
const SEED = process.env.ATELIER_FUZZ_SEED ?? "1";
const SECONDS = Number(process.env.ATELIER_FUZZ_SECONDS ?? "15");
const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_schema_conformance",
];
/** Excluded: operations that would end the caller's own session or key; every-route.test.ts covers them. */
const ENDS_ITSELF = "/auth/(sign-out|password-reset)|/me/(password|sessions|api-keys/.+)";

const CALLERS: Record<string, (cast: Cast) => string> = {
  "an admin's session": ({ people }) => `Cookie: ${people.admin.cookie}`,
  "a member's session": ({ people }) => `Cookie: ${people.owner.cookie}`,
  "a key with read": ({ people }) => `Authorization: Bearer ${people.owner.keys.read}`,
  "a key with read and write": ({ people }) => `Authorization: Bearer ${people.owner.keys.write}`,
  "a key with admin": ({ people }) => `Authorization: Bearer ${people.admin.keys.admin}`,
};

let app: TestApp;
let server: Bun.Server<undefined>;
let program: string;

beforeAll(async () => {
  app = await createTestApp({
    // Providers that the fuzzer connects are not called.
    deps: { fetch: () => Promise.reject(new TypeError("fetch failed")) },
  });
  server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: app.app.fetch });
  const tools = Bun.spawn([join(ROOT, "scripts/fuzz-tools")], { stderr: "inherit" });
  program = (await new Response(tools.stdout).text()).trim();
}, 300_000);
afterAll(async () => {
  await server.stop(true);
  await app.close();
});

describe("the OpenAPI document tells every answer to", () => {
  for (const [caller, headerOf] of Object.entries(CALLERS)) {
    test(
      caller,
      async () => {
        // Separate people: an earlier caller may have revoked the keys of others.
        const header = headerOf(await makeCast(app));
        const child = Bun.spawn(
          [
            program,
            "run",
            `${server.url}api/openapi.json`,
            ...["--header", header, "--checks", CHECKS.join(",")],
            ...["--exclude-path-regex", ENDS_ITSELF, "--max-time", String(SECONDS)],
            ...["--seed", SEED, "--warnings", "off", "--output-truncate", "false"],
          ],
          { stdout: "pipe", stderr: "inherit", cwd: app.deps.config.dataDir },
        );
        const output = await new Response(child.stdout).text();
        expect(`${await child.exited}\n${output}`).toStartWith("0\n");
        const cases = /(\d+) generated, (\d+) passed/.exec(output);
        expect(Number(cases?.[1])).toBeGreaterThan(0);
        expect(cases?.[2]).toBe(cases?.[1]);
        process.stdout.write(`${caller}: ${cases?.[0]}, seed ${SEED}\n`);
      },
      (SECONDS + 240) * 1000,
    );
  }
});

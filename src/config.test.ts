import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError, describeConfig, readConfig } from "./config.ts";
import { newSecretKey } from "./platform/crypto/secret-keys.ts";

const [KEY, OLDER] = [newSecretKey("b"), newSecretKey("a")];
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "atelier-config-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is wrong with an environment. */
function problemsOf(env: Record<string, string>): string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
const secretFile = (text: string) => {
  const path = join(folder, Bun.randomUUIDv7());
  writeFileSync(path, text);
  return path;
};

test("nothing has to be set on one machine", () => {
  expect(readConfig({})).toMatchObject({ role: "all", port: 3000, blobs: "disk" });
  expect(readConfig({})).not.toHaveProperty("databaseUrl");
});

test("an empty value counts as none", () => {
  expect(readConfig({ PORT: "", ATELIER_ROLE: "" })).toMatchObject({ port: 3000, role: "all" });
});

test("texts become numbers, truths, lists and “no limit”", () => {
  const config = readConfig({
    PORT: "8080",
    ATELIER_LOG_ADDRESSES: "0",
    ATELIER_PROVIDER_PRIVATE_HOSTS: "true",
    ATELIER_QUOTA_PROJECT_FILES: "none",
    ATELIER_SECRET_KEYS: ` ${KEY}, ,${OLDER} `,
  });
  expect(config).toMatchObject({
    port: 8080,
    logAddresses: false,
    providerPrivateHosts: true,
    secretKeys: [KEY, OLDER],
  });
  expect(Object.values(config)).toContain(null);
});

test("each wrong value is named, all at once", () => {
  const problems = problemsOf({ PORT: "70000", ATELIER_ROLE: "boss", ATELIER_SESSION_DAYS: "x" });
  expect(problems.map((problem) => problem.split(":")[0])).toEqual([
    "ATELIER_ROLE",
    "PORT",
    "ATELIER_SESSION_DAYS",
  ]);
});

test("a name that is no setting is refused, unless it configures scripts or is not ours", () => {
  expect(
    problemsOf({ ATELIER_PROT: "1", ATELIER_TEST_BROWSER: "/bin/x", HOME: "/root", PROT: "1" }),
  ).toEqual(["ATELIER_PROT: no such setting"]);
  expect(problemsOf({ ATELIER_TEST_DATABASE_URL: "postgres://x" })).toEqual([]);
});

describe("a secret", () => {
  test("may be in a file", () => {
    const file = secretFile("postgres://db/atelier\n");
    expect(readConfig({ DATABASE_URL_FILE: file }).databaseUrl).toBe("postgres://db/atelier");
  });

  test("in a file and in the environment at once is refused", () => {
    const file = secretFile("postgres://db/atelier");
    expect(problemsOf({ DATABASE_URL_FILE: file, DATABASE_URL: "postgres://x/y" })).toEqual([
      "DATABASE_URL and DATABASE_URL_FILE are both set; keep one",
    ]);
    expect(readConfig({ DATABASE_URL_FILE: file, DATABASE_URL: "" }).databaseUrl).toBe(
      "postgres://db/atelier",
    );
    expect(readConfig({ DATABASE_URL_FILE: "", DATABASE_URL: "postgres://x/y" }).databaseUrl).toBe(
      "postgres://x/y",
    );
  });

  test("in a file that cannot be read is refused", () => {
    expect(problemsOf({ DATABASE_URL_FILE: join(folder, "missing") })).toEqual([
      "DATABASE_URL_FILE: cannot be read",
    ]);
  });

  test("only: other settings have no files", () => {
    expect(problemsOf({ ATELIER_HOST_FILE: secretFile("x") })).toEqual([
      "ATELIER_HOST_FILE: no such setting",
    ]);
  });

  test("is never printed", () => {
    const config = readConfig({ DATABASE_URL: "postgres://atelier:hush@db/x" });
    const printed = describeConfig(config);
    expect(printed).toMatchObject({
      DATABASE_URL: "[redacted]",
      VALKEY_URL: null,
      PORT: 3000,
      ATELIER_ROLE: "all",
    });
    expect(JSON.stringify(printed)).not.toContain("hush");
  });
});

describe("what needs something else says so", () => {
  const database = { DATABASE_URL: "postgres://db/x" };
  const keys = { ATELIER_SECRET_KEYS: KEY };
  const cases: [env: Record<string, string>, problems: string[]][] = [
    [{ ATELIER_BLOBS: "s3" }, ["ATELIER_S3_BUCKET: needed when ATELIER_BLOBS is s3"]],
    [{ ATELIER_BLOBS: "s3", ATELIER_S3_BUCKET: "files" }, []],
    [{ ATELIER_ROLE: "web" }, []],
    [{ ATELIER_ROLE: "api", ...keys }, ["DATABASE_URL: needed when ATELIER_ROLE is api"]],
    [
      { ATELIER_ROLE: "api", ...database },
      ["ATELIER_SECRET_KEYS: needed when ATELIER_ROLE is api"],
    ],
    [{ ATELIER_ROLE: "worker", ...database, ...keys }, []],
  ];
  test.each(cases)("%#", (env, problems) => {
    expect(problemsOf(env)).toEqual(problems);
  });

  test("and a secret key has its id and 32 bytes", () => {
    const wrong = "ATELIER_SECRET_KEYS: each must be `id:base64 of 32 bytes`";
    expect(problemsOf({ ATELIER_SECRET_KEYS: `${KEY},a:AAAA` })).toEqual([wrong]);
  });
});

test("the error tells every problem on a line of its own", () => {
  expect(new ConfigError(["PORT: too big", "X: no such setting"]).message).toBe(
    "Configuration is not valid:\n  - PORT: too big\n  - X: no such setting",
  );
});

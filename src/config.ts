import { readFileSync } from "node:fs";
import { z } from "zod";
import { fields, settings } from "./settings.ts";

/** What the environment says, checked. This file is its only reader; `settings.ts` says what there is. */
export type Config = {
  readonly [K in keyof typeof fields]: z.output<(typeof fields)[K]["schema"]>;
};

/** Bad or unknown settings, one sentence each; the process must not start. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: string[];
  constructor(problems: string[]) {
    super(`Configuration is not valid:\n${problems.map((problem) => `  - ${problem}`).join("\n")}`);
    this.problems = problems;
  }
}

/** Names that begin with ATELIER_ but configure scripts and tests, not the server. */
const KNOWN_ELSEWHERE = new Set(["ATELIER_TEST_DATABASE_URL", "ATELIER_TEST_BROWSER"]);

/**
 * Reads and checks the whole configuration once.
 * @param env the environment; `NAME_FILE` gives a secret's file instead of its value.
 * @throws {ConfigError} naming each variable that is unknown, unreadable or malformed.
 */
export function readConfig(env: Record<string, string | undefined>): Config {
  const problems: string[] = [];
  const shape = z.object(
    Object.fromEntries(Object.entries(fields).map(([key, { schema }]) => [key, schema])),
  );
  const raw: Record<string, string> = {};
  for (const [key, { name, secret }] of Object.entries(fields)) {
    const value = readValue(env, name, secret, problems);
    if (value !== undefined) raw[key] = value;
  }
  problems.push(...unknownNames(env));
  const parsed = shape.safeParse(raw);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const key = String(issue.path[0]);
      const name = Object.entries(fields).find(([candidate]) => candidate === key)?.[1].name ?? key;
      problems.push(`${name}: ${issue.message}`);
    }
  }
  if (problems.length > 0 || !parsed.success) throw new ConfigError(problems);
  const config = toConfig(parsed.data);
  const contradictions = crossCheck(config);
  if (contradictions.length > 0) throw new ConfigError(contradictions);
  return config;
}

/** The effective configuration with secrets replaced, by environment name: safe to print. */
export function describeConfig(config: Config): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, { name, secret }]) => {
      const value: unknown = Reflect.get(config, key);
      return [name, value === undefined ? null : secret ? "[redacted]" : value];
    }),
  );
}

function isConfig(value: object): value is Config {
  return Object.keys(value).every((key) => key in fields);
}

function toConfig(value: object): Config {
  if (!isConfig(value)) throw new ConfigError(["unexpected shape"]);
  return value;
}

function readValue(
  env: Record<string, string | undefined>,
  name: string,
  secret: boolean,
  problems: string[],
): string | undefined {
  const direct = env[name];
  const file = secret ? env[`${name}_FILE`] : undefined;
  if (file === undefined || file === "") return direct === "" ? undefined : direct;
  if (direct !== undefined && direct !== "") {
    problems.push(`${name} and ${name}_FILE are both set; keep one`);
    return undefined;
  }
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    problems.push(`${name}_FILE: cannot be read`);
    return undefined;
  }
}

function unknownNames(env: Record<string, string | undefined>): string[] {
  const known = new Set(
    settings.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name])),
  );
  return Object.keys(env)
    .filter((name) => name.startsWith("ATELIER_") && !known.has(name) && !KNOWN_ELSEWHERE.has(name))
    .map((name) => `${name}: no such setting`);
}

function crossCheck(config: Config): string[] {
  const problems: string[] = [];
  if (config.blobs === "s3" && config.s3Bucket === undefined) {
    problems.push("ATELIER_S3_BUCKET: needed when ATELIER_BLOBS is s3");
  }
  if (config.role !== "all" && config.role !== "web" && config.databaseUrl === undefined) {
    problems.push(`DATABASE_URL: needed when ATELIER_ROLE is ${config.role}`);
  }
  if (config.role !== "all" && config.role !== "web" && config.secretKeys === undefined) {
    problems.push(`ATELIER_SECRET_KEYS: needed when ATELIER_ROLE is ${config.role}`);
  }
  return problems;
}

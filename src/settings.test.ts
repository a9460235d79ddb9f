import { expect, test } from "bun:test";
import { z } from "zod";
import { settings } from "./settings.ts";

const accepted = z.looseObject({
  enum: z.array(z.string()).optional(),
  pattern: z.string().optional(),
  format: z.string().optional(),
  minLength: z.number().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});
const schema = accepted.extend({ anyOf: z.array(accepted).optional() });

/** What a setting accepts, in a word; `lowest..highest` for numbers. */
function accepts(name: z.ZodType): string {
  const described = schema.parse(z.toJSONSchema(name, { io: "input", unrepresentable: "any" }));
  return (described.anyOf ?? [described])
    .map((one) => {
      if (one.enum !== undefined) return one.enum.toSorted().join("|");
      if (one.minimum !== undefined) return `${one.minimum}..${one.maximum}`;
      return (
        one.const ?? one.format ?? one.pattern ?? (one.minLength === undefined ? "text" : "filled")
      );
    })
    .join(" or ");
}

// Operators' files name them: a change here is a change for operators.
test("each setting: what it accepts, what it is when nothing is said, and whether it is kept secret", () => {
  const lines = settings.map(({ name, schema, secret }) => {
    const parsed = schema.safeParse(undefined);
    const value = parsed.success ? JSON.stringify(parsed.data) : "required";
    return `${name}: ${accepts(schema)} = ${value}${secret ? " (secret)" : ""}`;
  });
  expect(lines).toEqual([
    'ATELIER_ROLE: all|api|web|worker = "all"',
    'ATELIER_HOST: text = "0.0.0.0"',
    "PORT: 0..65535 = 3000",
    'ATELIER_METRICS_HOST: text = "127.0.0.1"',
    "ATELIER_METRICS_PORT: 0..65535 = 9464",
    "ATELIER_PUBLIC_URL: uri = undefined",
    'ATELIER_DATA_DIR: filled = "./.data"',
    "DATABASE_URL: ^postgres(ql)?:\\/\\/ = undefined (secret)",
    "ATELIER_DATABASE_POOL_MAX: 2..200 = 8",
    "ATELIER_DATABASE_SLOW_MS: 1..600000 = 250",
    "VALKEY_URL: ^(redis|rediss|valkey|valkeys):\\/\\/ = undefined (secret)",
    "ATELIER_SECRET_KEYS: text = undefined (secret)",
    'ATELIER_BLOBS: disk|s3 = "disk"',
    "ATELIER_S3_BUCKET: text = undefined",
    "ATELIER_S3_ENDPOINT: uri = undefined",
    "AWS_REGION: text = undefined",
    "AWS_ACCESS_KEY_ID: text = undefined (secret)",
    "AWS_SECRET_ACCESS_KEY: text = undefined (secret)",
    'ATELIER_SIGN_UP: closed|open = "closed"',
    "ATELIER_SIGN_UPS_PER_HOUR: 0..1000000 = 10",
    "ATELIER_SESSION_DAYS: 1..365 = 30",
    "ATELIER_SESSION_IDLE_HOURS: 1..8760 = 168",
    "ATELIER_API_KEY_MAX_DAYS: 0..3650 = 365",
    "ATELIER_RESTORE_DAYS: 1..3650 = 30",
    "ATELIER_RATE_LIMIT: 0..1000000 = 1200",
    "ATELIER_EVENT_STREAMS_PER_USER: 0..100000 = 200",
    "ATELIER_TRUSTED_PROXIES: 0..10 = 0",
    "ATELIER_GENERATION_MAX_SECONDS: 10..3600 = 600",
    "ATELIER_GENERATION_IDLE_SECONDS: 1..600 = 120",
    "ATELIER_DRAIN_SECONDS: 0..120 = 0",
    "ATELIER_FILE_MAX_BYTES: 1024..1073741824 = 20971520",
    "ATELIER_QUOTA_PROJECT_BYTES: none or 0..9007199254740991 = 5000000000",
    "ATELIER_QUOTA_PROJECT_FILES: none or 0..9007199254740991 = 10000",
    "ATELIER_QUOTA_PROJECT_VERSIONS: none or 0..9007199254740991 = 50000",
    "ATELIER_QUOTA_USER_BYTES: none or 0..9007199254740991 = 10000000000",
    "ATELIER_QUOTA_USER_FILES: none or 0..9007199254740991 = 20000",
    "ATELIER_QUOTA_USER_VERSIONS: none or 0..9007199254740991 = 100000",
    "ATELIER_QUOTA_WORKSPACE_BYTES: none or 0..9007199254740991 = 500000000000",
    "ATELIER_QUOTA_WORKSPACE_FILES: none or 0..9007199254740991 = null",
    "ATELIER_QUOTA_WORKSPACE_VERSIONS: none or 0..9007199254740991 = null",
    "ATELIER_FILE_VERSIONS_KEPT: none or 1..100000 = 20",
    "ATELIER_DISK_RESERVE_BYTES: 0..9007199254740991 = 536870912",
    "ATELIER_READER_SECONDS_PER_HOUR: 0..86400 = 600",
    'ATELIER_DOCUMENT_ISOLATION: auto|off|required = "auto"',
    "ATELIER_PROVIDER_PRIVATE_HOSTS: 0|1|false|true = false",
    "ANTHROPIC_API_KEY: filled = undefined (secret)",
    "OPENAI_API_KEY: filled = undefined (secret)",
    "GEMINI_API_KEY: filled = undefined (secret)",
    'ATELIER_LOG_LEVEL: debug|error|info|silent|warn = "info"',
    "ATELIER_LOG_ADDRESSES: 0|1|false|true = true",
    "SENTRY_DSN: uri = undefined (secret)",
    'SENTRY_ENVIRONMENT: filled = "production"',
    "POSTHOG_API_KEY: text = undefined (secret)",
    "POSTHOG_HOST: uri = undefined",
  ]);
});

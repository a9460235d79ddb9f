import { z } from "zod";

/**
 * Every setting of Atelier: environment name, shape, default and the sentence that documents it.
 * The README's table is generated from them; `config.ts` reads them.
 */
export interface Setting {
  readonly name: string;
  readonly doc: string;
  readonly secret: boolean;
  readonly schema: z.ZodType;
}

const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const flag = z
  .enum(["true", "false", "1", "0"])
  .transform((value) => value === "true" || value === "1");
/** An amount that may be stored; null, written `none`, is without limit. */
const quota = z.union([
  z.literal("none").transform(() => null),
  integer(0, Number.MAX_SAFE_INTEGER),
]);
/** Who a quota is for, in the settings' sentences. */
const QUOTA_OF = {
  PROJECT: "a project may hold",
  USER: "a user may have uploaded, in all projects",
  WORKSPACE: "the workspace may hold",
} as const;
const QUOTA_KIND = {
  BYTES: "Bytes of files",
  FILES: "Files",
  VERSIONS: "Versions of files",
} as const;

const list = z
  .string()
  .transform((value) => value.split(",").map((item) => item.trim()))
  .transform((items) => items.filter((item) => item !== ""));

/** By the name that the configuration has for each. */
export const fields = {
  role: field(
    "ATELIER_ROLE",
    z.enum(["all", "api", "web", "worker"]).default("all"),
    "What this process does; `all` is everything on one machine.",
  ),
  host: field("ATELIER_HOST", z.string().default("0.0.0.0"), "Address to listen on."),
  port: field(
    "PORT",
    integer(0, 65_535).default(3000),
    "Port of the app and the API; 0 picks a free port.",
  ),
  metricsHost: field(
    "ATELIER_METRICS_HOST",
    z.string().default("127.0.0.1"),
    "Address of the metrics listener; never publish it.",
  ),
  metricsPort: field(
    "ATELIER_METRICS_PORT",
    integer(0, 65_535).default(9464),
    "Port of `/metrics`; 0 picks a free port.",
  ),
  publicUrl: field(
    "ATELIER_PUBLIC_URL",
    z.url({ protocol: /^https?$/ }).optional(),
    "Public base URL, for links, cookies and origin checks. Without it, and without declared proxies, only `localhost` and IP addresses are answered to.",
  ),
  dataDir: field(
    "ATELIER_DATA_DIR",
    z.string().min(1).default("./.data"),
    "Folder for the embedded database, files and generated secrets.",
  ),
  databaseUrl: secretField(
    "DATABASE_URL",
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, "must start with postgres:// or postgresql://")
      .optional(),
    "PostgreSQL 15 or newer. Default: an embedded server in the data folder.",
  ),
  databasePoolMax: field(
    "ATELIER_DATABASE_POOL_MAX",
    integer(2, 200).default(8),
    "Maximum size of the connection pool; a process opens up to six more for side work.",
  ),
  databaseSlowMs: field(
    "ATELIER_DATABASE_SLOW_MS",
    integer(1, 600_000).default(250),
    "Slow query threshold in milliseconds. Parameters are never logged.",
  ),
  valkeyUrl: secretField(
    "VALKEY_URL",
    z
      .string()
      .regex(/^(redis|rediss|valkey|valkeys):\/\//, "must be a redis:// or valkey:// URL")
      .optional(),
    "Valkey or Redis for pub/sub and shared rate limits. Optional; losing it costs speed only.",
  ),
  secretKeys: secretField(
    "ATELIER_SECRET_KEYS",
    list
      .pipe(
        z
          .array(
            z
              .string()
              .regex(/^[\w-]{1,32}:[A-Za-z0-9+/=_-]{32,}$/, "each must be `id:base64 of 32 bytes`"),
          )
          .min(1),
      )
      .optional(),
    "Key ring as comma separated `id:base64key`, newest first. Signs sessions and encrypts stored provider keys. Generated in the data folder if unset.",
  ),
  blobs: field(
    "ATELIER_BLOBS",
    z.enum(["disk", "s3"]).default("disk"),
    "Blob store for file contents.",
  ),
  s3Bucket: field("ATELIER_S3_BUCKET", z.string().optional(), "Bucket for `ATELIER_BLOBS=s3`."),
  s3Endpoint: field(
    "ATELIER_S3_ENDPOINT",
    z.url().optional(),
    "Endpoint of an S3-compatible store.",
  ),
  s3Region: field("AWS_REGION", z.string().optional(), "Region of the bucket."),
  s3AccessKeyId: secretField(
    "AWS_ACCESS_KEY_ID",
    z.string().optional(),
    "Access key ID for the bucket.",
  ),
  s3SecretAccessKey: secretField(
    "AWS_SECRET_ACCESS_KEY",
    z.string().optional(),
    "Secret access key for the bucket.",
  ),
  signUp: field(
    "ATELIER_SIGN_UP",
    z.enum(["open", "closed"]).default("closed"),
    "Public sign-up. The first account always needs the setup link.",
  ),
  signUpsPerHour: field(
    "ATELIER_SIGN_UPS_PER_HOUR",
    integer(0, 1_000_000).default(10),
    "Sign-ups per hour from one address. 0 disables the limit.",
  ),
  sessionDays: field(
    "ATELIER_SESSION_DAYS",
    integer(1, 365).default(30),
    "Absolute session lifetime in days.",
  ),
  sessionIdleHours: field(
    "ATELIER_SESSION_IDLE_HOURS",
    integer(1, 8760).default(168),
    "Idle time in hours after which a session ends.",
  ),
  apiKeyMaxDays: field(
    "ATELIER_API_KEY_MAX_DAYS",
    integer(0, 3650).default(365),
    "Maximum lifetime of new API keys in days. 0 allows keys that do not expire.",
  ),
  restoreDays: field(
    "ATELIER_RESTORE_DAYS",
    integer(1, 3650).default(30),
    "Days before deleted items are purged.",
  ),
  rateLimit: field(
    "ATELIER_RATE_LIMIT",
    integer(0, 1_000_000).default(1200),
    "API requests per minute, per user or per anonymous address. 0 disables the limit.",
  ),
  eventStreamsPerUser: field(
    "ATELIER_EVENT_STREAMS_PER_USER",
    integer(0, 100_000).default(200),
    "Event streams that a user may have open at once, per process. 0 disables the limit.",
  ),
  trustedProxies: field(
    "ATELIER_TRUSTED_PROXIES",
    integer(0, 10).default(0),
    "Number of trusted proxies that append to X-Forwarded-For.",
  ),
  generationMaxSeconds: field(
    "ATELIER_GENERATION_MAX_SECONDS",
    integer(10, 3600).default(600),
    "Maximum duration of an answer in seconds.",
  ),
  generationIdleSeconds: field(
    "ATELIER_GENERATION_IDLE_SECONDS",
    integer(1, 600).default(120),
    "Provider idle timeout in seconds.",
  ),
  drainSeconds: field(
    "ATELIER_DRAIN_SECONDS",
    integer(0, 120).default(0),
    "Drain delay on SIGTERM: seconds to keep accepting requests after readiness turns off.",
  ),
  fileMaxBytes: field(
    "ATELIER_FILE_MAX_BYTES",
    integer(1024, 1_073_741_824).default(20_971_520),
    "Maximum upload size in bytes.",
  ),
  quotaProjectBytes: quotaField("PROJECT", "BYTES", 5_000_000_000),
  quotaProjectFiles: quotaField("PROJECT", "FILES", 10_000),
  quotaProjectVersions: quotaField("PROJECT", "VERSIONS", 50_000),
  quotaUserBytes: quotaField("USER", "BYTES", 10_000_000_000),
  quotaUserFiles: quotaField("USER", "FILES", 20_000),
  quotaUserVersions: quotaField("USER", "VERSIONS", 100_000),
  quotaWorkspaceBytes: quotaField("WORKSPACE", "BYTES", 500_000_000_000),
  quotaWorkspaceFiles: quotaField("WORKSPACE", "FILES", null),
  quotaWorkspaceVersions: quotaField("WORKSPACE", "VERSIONS", null),
  fileVersionsKept: field(
    "ATELIER_FILE_VERSIONS_KEPT",
    z.union([z.literal("none").transform(() => null), integer(1, 100_000)]).default(20),
    "Versions kept of each file; older ones are purged unless an answer cites them. `none` keeps all.",
  ),
  diskReserveBytes: field(
    "ATELIER_DISK_RESERVE_BYTES",
    integer(0, Number.MAX_SAFE_INTEGER).default(536_870_912),
    "Uploads are refused when the disk of the data folder has less than this left, since the embedded database needs it too; with files in S3 it does not matter.",
  ),
  readerSecondsPerHour: field(
    "ATELIER_READER_SECONDS_PER_HOUR",
    integer(0, 86_400).default(600),
    "Document reading budget per user, in processor seconds per hour. Beyond it, documents wait in the slow lane; 0 puts all there.",
  ),
  documentIsolation: field(
    "ATELIER_DOCUMENT_ISOLATION",
    z.enum(["auto", "required", "off"]).default("auto"),
    "Sandbox of the document reader: `auto` uses what the system offers, `required` refuses to start without it, `off` disables it.",
  ),
  providerPrivateHosts: field(
    "ATELIER_PROVIDER_PRIVATE_HOSTS",
    flag.default(false),
    "Allow providers at private or loopback addresses (Ollama, vLLM).",
  ),
  anthropicApiKey: secretField(
    "ANTHROPIC_API_KEY",
    z.string().min(1).optional(),
    "API key for Anthropic's models.",
  ),
  openaiApiKey: secretField(
    "OPENAI_API_KEY",
    z.string().min(1).optional(),
    "API key for OpenAI's models.",
  ),
  geminiApiKey: secretField(
    "GEMINI_API_KEY",
    z.string().min(1).optional(),
    "API key for Google's models.",
  ),
  logLevel: field(
    "ATELIER_LOG_LEVEL",
    z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
    "Minimum log level.",
  ),
  logAddresses: field(
    "ATELIER_LOG_ADDRESSES",
    flag.default(true),
    "Whether request log lines hold the client's address; the audit log always does.",
  ),
  sentryDsn: secretField(
    "SENTRY_DSN",
    z.url().optional(),
    "DSN for error tracking. Nothing is sent without it.",
  ),
  sentryEnvironment: field(
    "SENTRY_ENVIRONMENT",
    z.string().min(1).default("production"),
    "Environment name in error reports.",
  ),
  posthogKey: secretField(
    "POSTHOG_API_KEY",
    z.string().optional(),
    "Project key for product events and flags. Nothing is sent without it.",
  ),
  posthogHost: field("POSTHOG_HOST", z.url().optional(), "Base URL of a self-hosted PostHog."),
} as const;

function quotaField(
  of: keyof typeof QUOTA_OF,
  kind: keyof typeof QUOTA_KIND,
  limit: number | null,
) {
  return field(
    `ATELIER_QUOTA_${of}_${kind}`,
    quota.default(limit),
    `${QUOTA_KIND[kind]} that ${QUOTA_OF[of]}, deleted ones included until they are purged. \`none\` is no limit, 0 lets nothing more in.`,
  );
}

interface Field<T extends z.ZodType> extends Setting {
  readonly schema: T;
}

function field<T extends z.ZodType>(name: string, schema: T, doc: string): Field<T> {
  return { name, schema, doc, secret: false };
}

function secretField<T extends z.ZodType>(name: string, schema: T, doc: string): Field<T> {
  return { name, schema, doc, secret: true };
}

/** Every setting in the order the documentation lists them. */
export const settings: readonly Setting[] = Object.values(fields);

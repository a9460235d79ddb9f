import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import postgres from "postgres";
import { z } from "zod";
import { runAdmin } from "./cli.ts";
import { type Config, describeConfig, readConfig } from "./config.ts";
import { verifyChain } from "./features/audit/index.ts";
import { describeIsolation, isolateChild } from "./features/knowledge/index.ts";
import { readKeyRing } from "./platform/crypto/key-ring-file.ts";
import { secretKeys } from "./platform/crypto/secret-keys.ts";
import { openDatabase } from "./platform/db/client.ts";
import { FolderInUseError } from "./platform/db/data-folder-lock.ts";
import { type EmbeddedServer, embeddedUrl, startEmbedded } from "./platform/db/embedded.ts";
import { isUnavailable } from "./platform/db/errors.ts";
import { migrateDatabase } from "./platform/db/migrate.ts";
import { uuidv7 } from "./platform/ids.ts";
import { createLogger } from "./platform/observability/logger.ts";
import { serve } from "./serve.ts";

const USAGE = `atelier: the AI workspace that a team runs on its own infrastructure

  atelier serve [--role all|api|web|worker]   run the product
  atelier migrate                             bring the database up to date
  atelier audit verify [--head HASH]          recompute the audit log's chain; with a head noted
                                              earlier, also prove that nothing was cut off since
  atelier admin create-user EMAIL [--name NAME] [--role admin|member]
                                              make an account; prints a link to set its password
  atelier admin reset-password EMAIL          print a one-time link to set a new password
  atelier admin reseal                        seal stored provider keys with the newest secret key
  atelier config                              print the effective configuration, secrets redacted
`;

interface CommandOptions {
  name?: string | undefined;
  role?: string | undefined;
}

const say = (text: string) => process.stdout.write(`${text}\n`);

async function runServe(role: string | undefined): Promise<number> {
  const config = readConfig({
    ...process.env,
    ...(role === undefined ? {} : { ATELIER_ROLE: role }),
  });
  assertConnectionLimit();
  const logger = createLogger(config.logLevel);
  // Log bugs instead of exiting, which would end everyone's answers.
  process.on("unhandledRejection", (err) => logger.error({ err }, "unhandled rejection"));
  process.on("uncaughtException", (err) => logger.error({ err }, "uncaught exception"));
  const ended = new AbortController();
  const asked = askedToEnd();
  void asked.then(() => ended.abort());
  const server = await serve(config, { logger }, ended.signal).catch((error) => {
    if (ended.signal.aborted) return process.exit(0);
    throw error;
  });
  say(`Atelier is at ${server.url}`);
  if (server.setupUrl !== null) say(`Make the first account: ${server.setupUrl}`);
  // An orchestrator (SIGTERM) waits for running answers, a terminal (SIGINT) does not; a second signal exits at
  // once.
  const signal = await asked;
  await server.stop(signal === "SIGTERM" ? config.generationMaxSeconds * 1000 : 0);
  return process.exit(0);
}

/** Resolves with the first signal, also during start-up; a second one ends the process at once. */
function askedToEnd(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  let asked = false;
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      if (asked) process.exit(1);
      asked = true;
      resolve(name);
    });
  }
  return promise;
}

/** Bun limits client connections to 256 by default, and every running answer needs one. */
function assertConnectionLimit(): void {
  const limit = z.coerce.number().min(1000).safeParse(process.env.BUN_CONFIG_MAX_HTTP_REQUESTS);
  if (!limit.success) {
    process.stderr.write(
      "atelier: BUN_CONFIG_MAX_HTTP_REQUESTS is not set; at most 256 answers can stream at once\n",
    );
  }
}

async function runMigrate(): Promise<number> {
  await onDatabase(readConfig(process.env), migrateDatabase);
  return 0;
}

/** Prints the settings, and the document isolation that this system offers. */
async function runConfig(): Promise<number> {
  const config = readConfig(process.env);
  const folder = mkdtempSync(join(tmpdir(), "atelier-config-"));
  const mode = config.documentIsolation === "off" ? "off" : "auto";
  try {
    const documentIsolation = describeIsolation(await isolateChild(folder, mode));
    say(JSON.stringify({ ...describeConfig(config), documentIsolation }, null, 2));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return 0;
}

async function runAudit(what: string | undefined, head: string | undefined): Promise<number> {
  if (what !== "verify") return usage();
  const config = readConfig(process.env);
  return onDatabase(config, async (url) => {
    const ring = config.secretKeys ?? readKeyRing(config.dataDir);
    if (ring === null) {
      process.stderr.write("atelier: the audit log is verified with ATELIER_SECRET_KEYS\n");
      return 2;
    }
    const database = openDatabase({ url, poolMax: 1, work: "maintenance" });
    const keys = { secrets: secretKeys(ring), ids: uuidv7 };
    const report = await verifyChain(database.db, keys, head).finally(() => database.close());
    if (report.broken !== null) {
      const { seq, reason } = report.broken;
      say(`BROKEN at row ${seq} (${reason}); ${report.rows} rows before it hold`);
      return 1;
    }
    const { rows, unkeyed } = report;
    const old = unkeyed === 0 ? "" : `, the first ${unkeyed} from before the chain had a key`;
    say(`${rows} rows hold${old}; head ${report.head}`);
    if (report.contains !== false) return 0;
    say("BROKEN: the head given is not in the chain");
    return 1;
  });
}

async function runAdminCommand(words: string[], values: CommandOptions): Promise<number> {
  const config = readConfig(process.env);
  const { name, role } = values;
  const result = await onDatabase(config, (url) => runAdmin(config, url, words, { name, role }));
  if (result === null) return usage();
  for (const line of result.lines) say(line);
  return result.code;
}

/** Runs on the configured database, or else on the embedded one, whether it is running or not. */
async function onDatabase<T>(config: Config, work: (url: string) => Promise<T>): Promise<T> {
  if (config.databaseUrl !== undefined) return work(config.databaseUrl);
  let embedded: EmbeddedServer;
  try {
    embedded = await startEmbedded(config.dataDir);
  } catch (error) {
    // A running Atelier holds the folder; use its database.
    if (!(error instanceof FolderInUseError)) throw error;
    return work(embeddedUrl(config.dataDir));
  }
  return work(embedded.ownerUrl).finally(embedded.stop);
}

function usage(): number {
  process.stderr.write(USAGE);
  return 2;
}

/** An error for the terminal. Database errors are shown by code: their messages contain statements and values. */
function describeFailure(error: unknown): string {
  const codes: string[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code: unknown = Reflect.get(cause, "code");
    if (typeof code === "string") codes.push(code);
    const ofDatabase = cause instanceof postgres.PostgresError || isUnavailable(cause);
    if (ofDatabase) return `the database refused or did not answer (${codes.at(-1) ?? "no code"})`;
  }
  return error instanceof Error ? error.message : "could not start";
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      role: { type: "string" },
      head: { type: "string" },
      name: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
  const [command] = positionals;
  if (values.help) {
    say(USAGE);
    return 0;
  }
  switch (command) {
    case "serve":
      return runServe(values.role);
    case "migrate":
      return runMigrate();
    case "config":
      return runConfig();
    case "audit":
      return runAudit(positionals[1], values.head);
    case "admin":
      return runAdminCommand(positionals.slice(1), values);
    default:
      return usage();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  // Open handles must not keep a failed process alive.
  process.stderr.write(`atelier: ${describeFailure(error)}\n`, () => process.exit(1));
}

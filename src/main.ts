import { parseArgs } from "node:util";
import { z } from "zod";
import { ConfigError, describeConfig, readConfig } from "./config.ts";
import { embeddedUrl, startEmbedded } from "./platform/db/embedded.ts";
import { FolderInUseError } from "./platform/db/folder-claim.ts";
import { migrateDatabase } from "./platform/db/migrate.ts";
import { serve } from "./serve.ts";

const USAGE = `atelier: the AI workspace that a team runs on its own infrastructure

  atelier serve [--role all|api|web|worker]   run the product
  atelier migrate                             bring the database up to date
  atelier config                              print the effective configuration, secrets redacted
`;

const say = (text: string) => process.stdout.write(`${text}\n`);

async function runServe(role: string | undefined): Promise<number> {
  const config = readConfig({
    ...process.env,
    ...(role === undefined ? {} : { ATELIER_ROLE: role }),
  });
  assertConnectionLimit();
  const server = await serve(config);
  say(`Atelier is at ${server.url}`);
  if (server.setupUrl !== null) say(`Make the first account: ${server.setupUrl}`);
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, resolve);
  });
  // An orchestrator has told everybody and can wait; a person at the terminal cannot. Either may insist.
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => process.exit(1));
  await server.stop(signal === "SIGTERM" ? config.generationMaxSeconds * 1000 : 0);
  return 0;
}

/** Bun opens 256 client connections at most unless told otherwise, and every running answer needs one. */
function assertConnectionLimit(): void {
  const limit = z.coerce.number().min(1000).safeParse(process.env.BUN_CONFIG_MAX_HTTP_REQUESTS);
  if (!limit.success) {
    process.stderr.write(
      "atelier: BUN_CONFIG_MAX_HTTP_REQUESTS is not set; at most 256 answers can stream at once\n",
    );
  }
}

async function runMigrate(): Promise<number> {
  const config = readConfig(process.env);
  if (config.databaseUrl !== undefined) {
    await migrateDatabase(config.databaseUrl);
    return 0;
  }
  try {
    const embedded = await startEmbedded(config.dataDir);
    await migrateDatabase(embedded.url).finally(embedded.stop);
  } catch (error) {
    // A running Atelier holds the folder: its own database is the one to migrate.
    if (!(error instanceof FolderInUseError)) throw error;
    await migrateDatabase(embeddedUrl(config.dataDir));
  }
  return 0;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { role: { type: "string" }, help: { type: "boolean", short: "h" } },
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
      say(JSON.stringify(describeConfig(readConfig(process.env)), null, 2));
      return 0;
    default:
      process.stderr.write(USAGE);
      return 2;
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  const known = error instanceof ConfigError || error instanceof FolderInUseError;
  process.stderr.write(
    `atelier: ${known || error instanceof Error ? error.message : "could not start"}\n`,
  );
  process.exitCode = 1;
}

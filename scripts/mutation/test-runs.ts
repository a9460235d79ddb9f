import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { dropTestDatabases } from "../../test/support/database.ts";
import { ensureBrowser } from "../install-browser.ts";
import { type Outcome, runCommand } from "./run-command.ts";

const BUILD_LIMIT_MS = 120_000;

/** Runs test files of a tree and cleans up after them: databases, processes, folders. */
export class TestRuns {
  readonly #root: string;
  readonly #databaseUrl: string;

  constructor(root: string, databaseUrl: string) {
    this.#root = root;
    this.#databaseUrl = databaseUrl;
  }

  /** @returns when all have passed, the first has failed, or time is up. */
  async run(tests: readonly string[], limitMs: number): Promise<Outcome> {
    const browser = tests.some((test) => test.startsWith("test/e2e/"));
    if (browser) {
      const built = await this.#command(["scripts/build-web.ts", "--quiet"], BUILD_LIMIT_MS, {});
      if (built.code !== 0) return built;
    }
    // Short, since socket paths below it are limited to 107 bytes.
    const folder = mkdtempSync("/tmp/mutate-");
    // As root, PostgreSQL and some servers run as another user, who makes folders in here.
    chmodSync(folder, 0o1777);
    try {
      return await this.#command(
        ["test", ...tests.map((test) => `./${test}`), "--bail=1", "--timeout=120000"],
        limitMs,
        {
          ATELIER_TEST_DATABASE_URL: this.#databaseUrl,
          TMPDIR: folder,
          ...(browser ? { ATELIER_TEST_BROWSER: await ensureBrowser() } : {}),
        },
      );
    } finally {
      endProcessesOf(folder);
      await dropTestDatabases(this.#databaseUrl);
      rmSync(folder, { recursive: true, force: true });
    }
  }

  #command(args: string[], limitMs: number, env: Record<string, string>): Promise<Outcome> {
    return runCommand([process.execPath, ...args], { cwd: this.#root, limitMs, env });
  }
}

/** Databases started by a test have a process group of their own, but work below the test's folder. */
function endProcessesOf(folder: string): void {
  const listed = Bun.spawnSync(["ps", "-eo", "pid=,args="]).stdout.toString();
  for (const line of listed.split("\n").filter((line) => line.includes(join(folder, "/")))) {
    try {
      process.kill(Number.parseInt(line, 10), "SIGKILL");
    } catch {
      // It has ended meanwhile.
    }
  }
}

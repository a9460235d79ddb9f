import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryOf } from "../bench/processes.ts";

const root = join(import.meta.dir, "..", "..");

/** The product as a person starts it, in a process of its own. */
export interface StartedServer {
  readonly url: string;
  /** Where the first account is made; null when there is one. */
  readonly setupUrl: string | null;
  readonly pid: number;
  readonly dataDir: string;
  /** What it has printed so far. */
  output(): string;
  /** @returns its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number>;
  /** Removes the data folder. */
  remove(): void;
}

export interface StartOptions {
  env?: Record<string, string>;
  /** A folder to go on with; a new one otherwise. */
  dataDir?: string;
  port?: number;
}

/** Runs `atelier serve` on a free port with a data folder of its own and waits until it is ready. */
export async function startServer(options: StartOptions = {}): Promise<StartedServer> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "atelier-started-"));
  const port = options.port ?? (await freePort());
  const child = Bun.spawn([process.execPath, "src/main.ts", "serve"], {
    cwd: root,
    env: {
      ...withoutTestSettings(),
      BUN_CONFIG_MAX_HTTP_REQUESTS: "65000",
      ATELIER_DATA_DIR: dataDir,
      ATELIER_HOST: "127.0.0.1",
      PORT: String(port),
      ATELIER_METRICS_PORT: "0",
      ATELIER_LOG_LEVEL: "warn",
      ...options.env,
    },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    void (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of stream) printed += decoder.decode(chunk, { stream: true });
    })();
  }
  const url = `http://localhost:${port}`;
  const deadline = Date.now() + 60_000;
  while (!(await isReady(url)) || !printed.includes("Atelier is at")) {
    if (child.exitCode !== null || Date.now() > deadline)
      throw new Error(`The server did not start:\n${printed}`);
    await Bun.sleep(30);
  }
  return {
    url,
    setupUrl: /http\S+\/setup\?token=\S+/.exec(printed)?.[0] ?? null,
    pid: child.pid,
    dataDir,
    output: () => printed,
    stop: async (signal = "SIGINT") => {
      if (process.env.ATELIER_TEST_MEMORY === "print") printMemory(child.pid);
      child.kill(signal);
      return child.exited;
    },
    remove: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

/** Of the server and of its PostgreSQL, at the end of a suite: for `docs/performance.md`. */
function printMemory(pid: number): void {
  const [database] = Bun.spawnSync(["pgrep", "-P", String(pid), "postgres"])
    .stdout.toString()
    .split("\n");
  const children = Bun.spawnSync(["pgrep", "-P", database ?? ""])
    .stdout.toString()
    .split("\n");
  const proportional = [database ?? "", ...children]
    .filter((id) => id !== "")
    .reduce((sum, id) => sum + memoryOf(Number(id)).pss, 0);
  const { rss, pss, peak } = memoryOf(pid);
  const mb = (bytes: number) => (bytes / 1e6).toFixed(0);
  process.stdout.write(
    `serve: ${mb(rss)} MB resident (most ${mb(peak)}), ${mb(pss)} MB proportional; PostgreSQL: ${mb(proportional)} MB proportional\n`,
  );
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function freePort(): Promise<number> {
  const probe = Bun.serve({ port: 0, fetch: () => new Response() });
  const { port } = probe;
  await probe.stop(true);
  return port ?? 0;
}

function withoutTestSettings(): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !name.startsWith("ATELIER_") && name !== "DATABASE_URL",
    ),
  );
}

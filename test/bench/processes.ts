import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { me } from "../../src/features/identity/schema.ts";

const root = join(import.meta.dir, "..", "..");

/** A real Atelier in a process of its own, on its embedded PostgreSQL, with its first account made. */
export interface BenchServer {
  url: string;
  metricsUrl: string;
  pid: number;
  /** libpq-style URL of its database. */
  databaseUrl: string;
  cookie: string;
  projectId: string;
  request(method: string, path: string, body?: unknown): Promise<Response>;
  stop(): Promise<void>;
}

const PORT = { app: 0, metrics: 0 };

/** The token of the setup link that it prints last when it starts. */
function setupTokenOf(stdout: ReadableStream<Uint8Array>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // Read to the end: a process blocks when its output pipe is full.
  void (async () => {
    const decoder = new TextDecoder();
    let printed = "";
    for await (const chunk of stdout) {
      printed += decoder.decode(chunk, { stream: true });
      const token = /setup\?token=(\S+)\n/.exec(printed)?.[1];
      if (token !== undefined) resolve(token);
    }
    reject(new Error(`Atelier printed no setup link:\n${printed}`));
  })();
  return promise;
}

/** Starts Atelier, signs its first user up. @param env more settings. */
export async function startBenchServer(env: Record<string, string> = {}): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), "atelier-bench-"));
  PORT.app = 20_000 + Math.floor(Math.random() * 20_000);
  PORT.metrics = PORT.app + 1;
  const child = Bun.spawn([process.execPath, "src/main.ts", "serve"], {
    cwd: root,
    env: {
      ...process.env,
      ATELIER_DATA_DIR: folder,
      ATELIER_HOST: "127.0.0.1",
      PORT: String(PORT.app),
      ATELIER_METRICS_PORT: String(PORT.metrics),
      ATELIER_RATE_LIMIT: "0",
      ATELIER_EVENT_STREAMS_PER_USER: "0",
      ATELIER_LOG_LEVEL: "warn",
      BUN_CONFIG_MAX_HTTP_REQUESTS: "65000",
      ...env,
    },
    stdout: "pipe",
    stderr: "inherit",
  });
  const token = await setupTokenOf(child.stdout);
  const url = `http://127.0.0.1:${PORT.app}`;
  await ready(url);
  const setup = await fetch(`${url}/api/v1/setup`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      name: "Ada",
      email: "ada@example.com",
      password: "correct horse battery",
      token,
    }),
  });
  const account = me.parse(await setup.json());
  const cookie = setup.headers.get("set-cookie")?.split(";")[0] ?? "";
  const { embeddedUrl } = await import("../../src/platform/db/embedded.ts");
  return {
    url,
    metricsUrl: `http://127.0.0.1:${PORT.metrics}/metrics`,
    pid: child.pid,
    databaseUrl: embeddedUrl(folder),
    cookie,
    projectId: z.string().parse(account.personalProjectId),
    request: (method, path, body) =>
      fetch(`${url}/api/v1${path}`, {
        method,
        headers: { cookie, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    stop: async () => {
      child.kill("SIGINT");
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Offers a model of a local provider that speaks OpenAI's format. @returns its id. */
export async function offerModel(server: BenchServer, origin: string): Promise<string> {
  const provider = z.object({ id: z.string() }).parse(
    await (
      await server.request("POST", "/admin/providers", {
        kind: "openai",
        name: "bench",
        baseUrl: `${origin}/v1`,
        apiKey: "bench-key-000000",
      })
    ).json(),
  );
  const answer = await server.request("POST", "/admin/models", {
    providerId: provider.id,
    name: "bench",
    displayName: "Bench",
    contextWindow: 128_000,
    maxOutputTokens: 100_000,
    prices: { input: 3_000_000, cacheRead: 300_000, cacheWrite: 3_750_000, output: 15_000_000 },
  });
  return z.object({ id: z.string() }).parse(await answer.json()).id;
}

async function ready(url: string): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await Bun.sleep(50);
  }
  throw new Error("The server did not become ready");
}

/** CPU time of a process so far, user and system, in milliseconds (proc(5), fields 14 and 15, in ticks of 10 ms). */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** Resident and proportional memory of a process, in bytes. */
export function memoryOf(pid: number): { rss: number; pss: number; peak: number } {
  const field = (text: string, name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) * 1024;
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return {
    rss: field(rollup, "Rss"),
    pss: field(rollup, "Pss"),
    peak: field(readFileSync(`/proc/${pid}/status`, "utf8"), "VmHWM"),
  };
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

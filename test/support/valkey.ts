import { createServer } from "node:net";

/** A Valkey (or Redis) on loopback that a test may kill and start again. */
export interface ValkeyServer {
  readonly url: string;
  kill(): Promise<void>;
  /** Starts it again, at the same address. */
  start(): Promise<void>;
}

const PROGRAMS = ["valkey-server", "redis-server"];

/**
 * Starts one from the machine's own packages.
 * @throws Error when there is none.
 */
export async function startValkey(): Promise<ValkeyServer> {
  const program = findValkey();
  const port = await freePort();
  let child: Bun.Subprocess | undefined;
  const server: ValkeyServer = {
    url: `redis://127.0.0.1:${port}`,
    kill: async () => {
      child?.kill("SIGKILL");
      await child?.exited;
    },
    start: async () => {
      child = Bun.spawn(
        [
          program,
          "--port",
          String(port),
          "--bind",
          "127.0.0.1",
          "--save",
          "",
          "--appendonly",
          "no",
        ],
        { cwd: "/tmp", stdin: "ignore", stdout: "ignore", stderr: "ignore" },
      );
      await answers(server.url);
    },
  };
  await server.start();
  return server;
}

async function answers(url: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const client = new Bun.RedisClient(url, { autoReconnect: false, connectionTimeout: 500 });
    const pong = await client.ping().catch(() => undefined);
    client.close();
    if (pong === "PONG") return;
    await Bun.sleep(20);
  }
  throw new Error("Valkey did not start");
}

/**
 * The path of a Valkey or Redis server.
 * @throws Error when there is none.
 */
export function findValkey(): string {
  const [program] = PROGRAMS.flatMap((name) => Bun.which(name) ?? []);
  if (program === undefined)
    throw new Error("These tests need Valkey or Redis: scripts/test-tools installs it.");
  return program;
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => found(address !== null && typeof address === "object" ? address.port : 0));
    });
  });
}

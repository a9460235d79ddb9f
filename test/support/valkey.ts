import { createServer } from "node:net";

/** A Valkey (or Redis) on loopback that a test may kill and start again. */
export interface ValkeyServer {
  readonly url: string;
  kill(): Promise<void>;
  /** Starts it again, at the same address. */
  start(): Promise<void>;
}

const PACKAGES = ["valkey-server", "redis-server"];

/**
 * Starts one from the system's packages; on Debian and Ubuntu it is installed when missing.
 * @throws Error when there is none and it cannot be installed.
 */
export async function startValkey(): Promise<ValkeyServer> {
  const program = find() ?? (await install());
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

function find(): string | undefined {
  return PACKAGES.flatMap((name) => Bun.which(name) ?? [])[0];
}

async function install(): Promise<string> {
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  for (const name of PACKAGES) {
    const child = Bun.spawn(
      [...sudo, "apt-get", "install", "-y", "-qq", "--no-install-recommends", name],
      {
        stdin: "ignore",
        stdout: "ignore",
        stderr: "ignore",
        env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
      },
    );
    await child.exited;
    const found = find();
    if (found !== undefined) return found;
  }
  throw new Error("These tests need Valkey or Redis: install valkey-server or redis-server.");
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => found(address !== null && typeof address === "object" ? address.port : 0));
    });
  });
}

import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { extractText } from "./extract-text.ts";
import type { Confinement, Escapes } from "./isolation.ts";

const PROBE = fileURLToPath(new URL("./isolation-probe.ts", import.meta.url));
const PROBE_MS = 5_000;
const escapes = z.object({ files: z.boolean(), network: z.boolean() });

/**
 * Runs a child that tries to escape, and one that reads a text.
 * @returns null when the confinement does not work here at all
 */
export async function probeIsolation(
  confinement: Confinement,
  folder: string,
): Promise<Escapes | null> {
  const secret = join(folder, `probe-${Bun.randomUUIDv7()}`);
  const socketPath = join(tmpdir(), `atelier-probe-${Bun.randomUUIDv7()}.sock`);
  writeFileSync(secret, "secret", { mode: 0o600 });
  const socket = { data() {} };
  const tcp = Bun.listen({ hostname: "127.0.0.1", port: 0, socket });
  const unix = Bun.listen({ unix: socketPath, socket });
  try {
    const found = await tryToEscape(confinement, [
      ...[String(tcp.port), socketPath, secret, `/proc/${process.pid}/environ`],
    ]);
    if (found === null) return null;
    const isolation = { ...confinement, ...found };
    const read = await extractText(new TextEncoder().encode("probe"), "probe.txt", { isolation });
    return read.ok && read.text === "probe" ? found : null;
  } finally {
    tcp.stop(true);
    unix.stop(true);
    rmSync(secret, { force: true });
    rmSync(socketPath, { force: true });
  }
}

async function tryToEscape(confinement: Confinement, words: string[]): Promise<Escapes | null> {
  const argv = confinement.command([process.execPath, "--smol", PROBE, ...words]);
  try {
    const child = Bun.spawn(argv, {
      ...confinement.spawn,
      ...{ cwd: "/", env: {}, stdin: "ignore", stdout: "pipe", stderr: "ignore" },
      ...{ timeout: PROBE_MS, killSignal: "SIGKILL" },
    });
    const output = await new Response(child.stdout).text();
    return (await child.exited) === 0 ? escapes.parse(JSON.parse(output)) : null;
  } catch {
    return null;
  }
}

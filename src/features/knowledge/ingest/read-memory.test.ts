import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { eventually } from "../../../../test/support/eventually.ts";
import { residentBytes } from "./read-memory.ts";

const MiB = 1024 * 1024;

/** Starts a program whose memory grows by this much. */
function grown(bytes: number, command = (argv: string[]) => argv) {
  const script = `const all = new Uint8Array(${bytes}).fill(1); setInterval(() => all.length, 1000)`;
  // Its own process group, ended as one.
  return Bun.spawn(command([process.execPath, "-e", script]), {
    stdio: ["ignore", "ignore", "ignore"],
    detached: true,
  });
}

describe.each(["linux", "darwin"])("on %s", (platform) => {
  const own = Object.getOwnPropertyDescriptor(process, "platform");
  beforeAll(() => void Object.defineProperty(process, "platform", { ...own, value: platform }));
  afterAll(() => void Object.defineProperty(process, "platform", { ...own }));

  test("a process has the memory that it uses, and none when it is gone", async () => {
    const child = grown(300 * MiB);
    await eventually("its growth", async () => (await residentBytes(child.pid)) > 300 * MiB);
    expect(await residentBytes(child.pid)).toBeLessThan(600 * MiB);
    child.kill("SIGKILL");
    await child.exited;
    expect(await residentBytes(child.pid)).toBe(0);
  });
});

test("on Linux the memory of what it has started counts too", async () => {
  const child = grown(300 * MiB, (argv) => ["/bin/sh", "-c", '"$@"; true', "sh", ...argv]);
  await eventually("its growth", async () => (await residentBytes(child.pid)) > 300 * MiB);
  process.kill(-child.pid, "SIGKILL");
  await child.exited;
});

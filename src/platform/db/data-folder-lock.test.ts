import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "../../../test/support/eventually.ts";
import { FolderInUseError, lockDataFolder } from "./data-folder-lock.ts";

const root = mkdtempSync(join(tmpdir(), "atelier-claim-"));
const newFolder = () => mkdtempSync(join(root, "data-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe.each(["linux", "darwin"])("on %s", (platform) => {
  const own = Object.getOwnPropertyDescriptor(process, "platform");
  beforeAll(() => void Object.defineProperty(process, "platform", { ...own, value: platform }));
  afterAll(() => void Object.defineProperty(process, "platform", { ...own }));

  test("a folder has one holder, and is free after release", () => {
    const folder = newFolder();
    const claim = lockDataFolder(folder);
    expect(() => lockDataFolder(folder)).toThrow(FolderInUseError);
    claim.release();
    lockDataFolder(folder).release();
  });

  test("a lock of a dead process, or of another process with a reused pid, does not count", () => {
    for (const stale of ["999999999 12345", `${process.pid} 1`, "", "not a claim"]) {
      const folder = newFolder();
      writeFileSync(join(folder, "atelier.pid"), stale);
      lockDataFolder(folder).release();
      expect(readdirSync(folder)).toEqual([]);
    }
  });
});

// Zombies are recognised on Linux only.
const onLinux = process.platform === "linux" ? test : () => {};
onLinux("a lock of a zombie does not count", async () => {
  const parent = Bun.spawn(["sh", "-c", "sleep 0.2 & echo $!; exec sleep 20"], { stdout: "pipe" });
  const chunk = (await parent.stdout.getReader().read()).value;
  const pid = Number(new TextDecoder().decode(chunk));
  const stat = () => readFileSync(`/proc/${pid}/stat`, "utf8").split(" ");
  await eventually("the zombie", () => stat()[2] === "Z");
  const folder = newFolder();
  writeFileSync(join(folder, "atelier.pid"), `${pid} ${stat()[21]}`);
  lockDataFolder(folder).release();
  parent.kill();
  await parent.exited;
});

test("of many processes that find a stale lock at the same moment one gets the folder", async () => {
  const folder = newFolder();
  writeFileSync(join(folder, "atelier.pid"), "999999999 12345");
  // Each process reports that it is ready, waits for the start signal, and holds the lock until its input ends.
  const script = `
    import { lockDataFolder } from ${JSON.stringify(join(import.meta.dir, "data-folder-lock.ts"))};
    const words = process.stdin[Symbol.asyncIterator]();
    console.log("here");
    await words.next();
    try { lockDataFolder(${JSON.stringify(folder)}); console.log("mine"); } catch { console.log("no"); }
    await words.next();`;
  const children = Array.from({ length: 6 }, () => {
    const child = Bun.spawn([process.execPath, "-e", script], { stdin: "pipe", stdout: "pipe" });
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    return { child, line: async () => (await lines.read()).value?.trim() };
  });
  expect(await Promise.all(children.map(({ line }) => line()))).toEqual(Array(6).fill("here"));
  for (const { child } of children) {
    child.stdin.write("go\n");
    void child.stdin.flush();
  }
  const answers = await Promise.all(children.map(({ line }) => line()));
  for (const { child } of children) void child.stdin.end();
  await Promise.all(children.map(({ child }) => child.exited));
  expect(answers.toSorted()).toEqual(["mine", "no", "no", "no", "no", "no"]);
});

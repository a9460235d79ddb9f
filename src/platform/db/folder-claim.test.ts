import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { claimFolder, FolderInUseError } from "./folder-claim.ts";

const root = mkdtempSync(join(tmpdir(), "atelier-claim-"));
const newFolder = () => mkdtempSync(join(root, "data-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("a folder has one holder, and is free when it lets go", () => {
  const folder = newFolder();
  const claim = claimFolder(folder);
  expect(() => claimFolder(folder)).toThrow(FolderInUseError);
  claim.release();
  claimFolder(folder).release();
});

test("a claim of a process that is gone, or of another one with its number, does not count", () => {
  for (const stale of ["999999999 12345", `${process.pid} 1`, "", "not a claim"]) {
    const folder = newFolder();
    writeFileSync(join(folder, "atelier.pid"), stale);
    claimFolder(folder).release();
    expect(readdirSync(folder)).toEqual([]);
  }
});

test.if(process.platform === "linux")("a claim of a zombie does not count", async () => {
  const parent = Bun.spawn(["sh", "-c", "sleep 0.2 & echo $!; exec sleep 20"], { stdout: "pipe" });
  const chunk = (await parent.stdout.getReader().read()).value;
  const pid = Number(new TextDecoder().decode(chunk));
  const stat = () => readFileSync(`/proc/${pid}/stat`, "utf8").split(" ");
  for (let waited = 0; stat()[2] !== "Z" && waited < 200; waited++) await Bun.sleep(10);
  expect(stat()[2]).toBe("Z");
  const folder = newFolder();
  writeFileSync(join(folder, "atelier.pid"), `${pid} ${stat()[21]}`);
  claimFolder(folder).release();
  parent.kill();
  await parent.exited;
});

test("of many processes that find a stale claim at the same moment one gets the folder", async () => {
  const folder = newFolder();
  writeFileSync(join(folder, "atelier.pid"), "999999999 12345");
  const startAt = Date.now() + 700;
  const script = `
    import { claimFolder } from ${JSON.stringify(join(import.meta.dir, "folder-claim.ts"))};
    await Bun.sleep(Math.max(0, ${startAt} - Date.now()));
    try { claimFolder(${JSON.stringify(folder)}); console.log("mine"); } catch { console.log("no"); }
    await Bun.sleep(2_500);`;
  const answers = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
      return (await new Response(child.stdout).text()).trim();
    }),
  );
  expect(answers.filter((answer) => answer === "mine")).toEqual(["mine"]);
});

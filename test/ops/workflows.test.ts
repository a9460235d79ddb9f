import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { run } from "../../scripts/ops/command-line.ts";
import { repositoryRoot, tool } from "../../scripts/ops/environments.ts";
import { at, maps, needTools } from "./manifests.ts";

const folder = join(repositoryRoot(), ".github/workflows");
const files = (await Array.fromAsync(new Bun.Glob("*.y*ml").scan(folder))).sort();
await needTools("actionlint");

/** Breaches of the rules for workflows that gate merges. */
function breaches(text: string): string[] {
  const found: string[] = [];
  for (const [, action = "", ref = ""] of text.matchAll(/uses:\s*([^\s@]+)@(\S+)/g)) {
    if (!/^[0-9a-f]{40}$/.test(ref)) found.push(`${action} is not pinned by its hash`);
  }
  if (JSON.stringify(at(Bun.YAML.parse(text), "permissions")) !== "{}")
    found.push("rights are given to every job");
  if (/continue-on-error/.test(text)) found.push("a step may fail unnoticed");
  if (/\|\|\s*(true|echo|:|exit 0)/.test(text)) found.push("a command's failure is swallowed");
  if (/pull_request_target/.test(text)) found.push("a stranger's code runs with our rights");
  for (const line of text.split("\n"))
    if (
      /^\s+(run:|[^#]*\|)?.*\$\{\{\s*(inputs|github\.event)\./.test(line) &&
      !/^\s+[A-Z_]+: /.test(line) &&
      !/group:|cancel-in-progress|if:/.test(line)
    )
      found.push(`input in a script: ${line.trim()}`);
  const jobs = at(Bun.YAML.parse(text), "jobs");
  for (const [name, job] of Object.entries(jobs ?? {})) {
    if (at(job, "timeout-minutes") === undefined) found.push(`${name} may run for ever`);
    for (const step of maps(job, "steps")) {
      if (
        String(step.uses ?? "").startsWith("actions/checkout@") &&
        at(step, "with", "persist-credentials") !== false
      )
        found.push(`${name} leaves its credentials in the work tree`);
    }
  }
  return found;
}

describe("the workflows", () => {
  test("are there", () =>
    expect(files).toEqual(["advisories.yaml", "ci.yaml", "image.yaml", "promote.yaml"]));

  for (const file of files) {
    test(`${file} pins by hash, gives no right to all, and hides no failure`, async () => {
      expect(breaches(await Bun.file(join(folder, file)).text())).toEqual([]);
    });
  }

  test("are what GitHub understands (actionlint)", async () => {
    const said = await run([
      await tool("actionlint"),
      "-no-color",
      "-shellcheck=",
      "-pyflakes=",
      ...files.map((file) => join(folder, file)),
    ]);
    expect(said.stdout + said.stderr).toBe("");
    expect(said.code).toBe(0);
  });

  const careless: Record<string, (text: string) => string> = {
    "an action by tag": (text) => text.replace(/@[0-9a-f]{40}/, "@v7"),
    "rights for all": (text) => text.replace("permissions: {}", "permissions: write-all"),
    "a swallowed failure": (text) =>
      text.replace("run: ./scripts/test", "run: ./scripts/test || true"),
    "a step that may fail": (text) =>
      text.replace(
        "- run: ./scripts/test",
        "- continue-on-error: true\n        run: ./scripts/test",
      ),
    "credentials left behind": (text) =>
      text.replace("persist-credentials: false", "fetch-depth: 1"),
    "no time limit": (text) => text.replace("timeout-minutes: 60", "name: test"),
    "an input inside a script": (text) =>
      text.replace(
        "run: ./scripts/test",
        `run: ./scripts/test $${"{{"} github.event.pull_request.title }}`,
      ),
  };
  for (const [name, change] of Object.entries(careless)) {
    test(`the rules notice ${name}`, async () => {
      const text = await Bun.file(join(folder, "ci.yaml")).text();
      expect(change(text)).not.toBe(text);
      expect(breaches(change(text))).not.toEqual([]);
    });
  }
});

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareTemplate, startTestServer } from "../test/support/database.ts";
import { ensureBrowser } from "./install-browser.ts";

/**
 * Runs every kind of test in turn and ends with one line, `N passed, N failed`.
 * Each check (types, lint, structure, build) counts as one test.
 */
const root = join(import.meta.dir, "..");
const results = { passed: 0, failed: 0, skipped: 0 };
const scratch = mkdtempSync(join(tmpdir(), "atelier-run-"));

async function check(name: string, command: string[]): Promise<void> {
  const startedAt = performance.now();
  const ok = (await run(command, {})) === 0;
  results[ok ? "passed" : "failed"]++;
  console.log(`${ok ? "ok" : "FAILED"}: ${name} (${seconds(startedAt)} s)\n`);
}

async function suite(
  name: string,
  paths: string[],
  options: { parallel: number; timeoutMs: number },
  env: Record<string, string>,
): Promise<void> {
  const startedAt = performance.now();
  const report = join(scratch, `${name}.xml`);
  const command = [
    process.execPath,
    "test",
    ...paths,
    `--parallel=${options.parallel}`,
    `--timeout=${options.timeoutMs}`,
    "--reporter=junit",
    `--reporter-outfile=${report}`,
    "--only-failures",
  ];
  const exit = await run(command, env);
  const counts = readCounts(report);
  results.passed += counts.passed;
  results.skipped += counts.skipped;
  // A suite that dies before it reports has failed all the same.
  results.failed += counts.failed + (exit !== 0 && counts.failed === 0 ? 1 : 0);
  console.log(
    `${exit === 0 ? "ok" : "FAILED"}: ${name}: ${counts.passed} passed, ${counts.failed} failed (${seconds(startedAt)} s)\n`,
  );
}

function readCounts(report: string): { passed: number; failed: number; skipped: number } {
  try {
    const head = /<testsuites[^>]*>/.exec(readFileSync(report, "utf8"))?.[0] ?? "";
    const attribute = (name: string) => Number(new RegExp(`${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
    const failed = attribute("failures");
    const skipped = attribute("skipped");
    return { passed: attribute("tests") - failed - skipped, failed, skipped };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

async function run(command: string[], env: Record<string, string>): Promise<number> {
  const child = Bun.spawn(command, {
    cwd: root,
    env: { ...process.env, ...env },
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
  });
  return child.exited;
}

function seconds(startedAt: number): string {
  return ((performance.now() - startedAt) / 1000).toFixed(1);
}

const bun = process.execPath;
await check("types of the server", [bun, "x", "tsc", "-p", "tsconfig.json", "--noEmit"]);
await check("types of the front end", [bun, "x", "tsc", "-p", "web/tsconfig.json", "--noEmit"]);
await check("lint and format", [bun, "x", "biome", "check", "--error-on-warnings", "."]);
await check("structure", [bun, "scripts/structure-check.ts"]);
await check("build of the front end", [bun, "scripts/build-web.ts", "--quiet"]);

const server = await startTestServer();
try {
  await prepareTemplate(server.url);
  const env = { ATELIER_TEST_DATABASE_URL: server.url };
  await suite(
    "unit-and-app",
    ["./src", "./web", "./test/providers", "./test/app", "./test/ops", "./scripts"],
    { parallel: 2, timeoutMs: 30_000 },
    env,
  );
  await suite("faults", ["./test/faults"], { parallel: 1, timeoutMs: 120_000 }, env);
  await suite(
    "browser",
    ["./test/e2e"],
    { parallel: 1, timeoutMs: 120_000 },
    { ...env, ATELIER_TEST_BROWSER: await ensureBrowser() },
  );
  // Minutes of building at first, and some of testing: only when asked for, where there is a Go to build with.
  if (process.argv.includes("--cluster") && Bun.which("go") !== null) {
    await check("build of the test control plane", ["./scripts/cluster-test", "--build"]);
    await suite(
      "cluster",
      ["./test/cluster/overlays.cluster.ts", "./test/cluster/flux.cluster.ts"],
      { parallel: 1, timeoutMs: 600_000 },
      {},
    );
  } else {
    results.skipped++;
    console.log(
      "SKIPPED: the manifests on a real API server (--cluster, and Go to build it with)\n",
    );
  }
} finally {
  await server.stop();
  rmSync(scratch, { recursive: true, force: true });
}
const skipped = results.skipped > 0 ? `, ${results.skipped} skipped` : "";
console.log(`${results.passed} passed, ${results.failed} failed${skipped}`);
process.exit(results.failed === 0 ? 0 : 1);

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareTemplate, startTestServer } from "../test/support/database.ts";
import { ensureBrowser } from "./install-browser.ts";
import { readJunit } from "./read-junit.ts";

/**
 * Runs every kind of test in turn and ends with one line, `N passed, N failed`.
 * Each check (types, lint, structure, build) counts as one test.
 */
const root = join(import.meta.dir, "..");
const results = { passed: 0, failed: 0 };
/** Repeated at the end, since the output of a whole run is long. */
const failures: string[] = [];
const scratch = mkdtempSync(join(tmpdir(), "atelier-run-"));

async function check(name: string, command: string[]): Promise<void> {
  const startedAt = performance.now();
  const ok = (await run(command, {})) === 0;
  results[ok ? "passed" : "failed"]++;
  if (!ok) failures.push(name);
  console.log(`${ok ? "ok" : "FAILED"}: ${name} (${seconds(startedAt)} s)\n`);
}

async function suite(
  name: string,
  paths: string[],
  options: { parallel: number; timeoutMs: number },
  env: Record<string, string>,
): Promise<void> {
  const startedAt = performance.now();
  const reportFile = join(scratch, `${name}.xml`);
  const command = [
    process.execPath,
    "test",
    ...paths,
    `--parallel=${options.parallel}`,
    `--timeout=${options.timeoutMs}`,
    "--reporter=junit",
    `--reporter-outfile=${reportFile}`,
    "--only-failures",
  ];
  const exit = await run(command, env);
  const counts = readJunit(reportFile);
  results.passed += counts.passed;
  failures.push(...counts.failures.map((failure) => `${name}: ${failure}`));
  // A suite that crashes before it reports has failed too.
  const died = exit !== 0 && counts.failures.length === 0 ? 1 : 0;
  if (died > 0) failures.push(`${name}: ended with exit code ${exit} and no failed test`);
  const failed = counts.failures.length + died;
  results.failed += failed;
  console.log(
    `${failed === 0 ? "ok" : "FAILED"}: ${name}: ${counts.passed} passed, ${failed} failed (${seconds(startedAt)} s)\n`,
  );
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
const cluster = process.argv.includes("--cluster");
await check("programs that the tests need", [
  "./scripts/test-tools",
  ...(cluster ? ["--cluster"] : []),
]);
await check("types of the server", [bun, "x", "tsc", "-p", "tsconfig.json", "--noEmit"]);
await check("types of the front end", [bun, "x", "tsc", "-p", "web/tsconfig.json", "--noEmit"]);
await check("lint and format", [bun, "x", "biome", "check", "--error-on-warnings", "."]);
await check("structure", [bun, "scripts/structure-check.ts"]);
await check("unused code", [bun, "x", "knip", "--no-progress"]);
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
  await suite("api-fuzz", ["./test/fuzz"], { parallel: 1, timeoutMs: 300_000 }, env);
  await suite("faults", ["./test/faults"], { parallel: 1, timeoutMs: 120_000 }, env);
  await suite(
    "browser",
    ["./test/e2e"],
    { parallel: 1, timeoutMs: 120_000 },
    { ...env, ATELIER_TEST_BROWSER: await ensureBrowser() },
  );
  if (cluster) {
    await check("build of the test control plane", ["./scripts/cluster-test", "--build"]);
    await suite(
      "cluster",
      ["./test/cluster/overlays.cluster.ts", "./test/cluster/flux.cluster.ts"],
      { parallel: 1, timeoutMs: 600_000 },
      {},
    );
  } else {
    console.log("note: the cluster suite runs with --cluster only\n");
  }
} finally {
  await server.stop();
  rmSync(scratch, { recursive: true, force: true });
}
for (const failure of failures) console.log(`FAILED: ${failure}\n`);
console.log(`${results.passed} passed, ${results.failed} failed`);
process.exit(results.failed === 0 ? 0 : 1);

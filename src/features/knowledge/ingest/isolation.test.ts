import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTestApp, type TestApp } from "../../../../test/support/app.ts";
import type { Deps } from "../../../platform/deps.ts";
import { createLogger } from "../../../platform/observability/logger.ts";
import { chooseIsolation } from "./isolate-child.ts";
import { describeIsolation, NOT_ISOLATED, openDoors } from "./isolation.ts";

let app: TestApp;
let lines: string[];
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

/** Chooses on a machine where the folder for it cannot be made, since a file has its name. */
function choose(documentIsolation: Deps["config"]["documentIsolation"]) {
  lines = [];
  const dataDir = join(app.deps.config.dataDir, Bun.randomUUIDv7());
  mkdirSync(dataDir);
  writeFileSync(join(dataDir, "reader"), "");
  return chooseIsolation({
    ...app.deps,
    config: { ...app.deps.config, dataDir, documentIsolation },
    logger: createLogger("info", { write: (line: string) => void lines.push(line) }),
  });
}

test("where setting it up fails, documents are read without, and log and metrics say so", async () => {
  expect(await choose("auto")).toBe(NOT_ISOLATED);
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
    { level: "error", message: "document isolation could not be set up" },
    { level: "warn", mechanism: "none", readsOtherFiles: true, reachesNetwork: true },
  ]);
  const { values } = await app.deps.metrics.documentIsolation.get();
  expect(values).toMatchObject([
    { value: 1, labels: { mechanism: "none", files: "open", network: "open" } },
  ]);
});

test("what was chosen is logged, as a warning unless everything is closed", async () => {
  const logged: string[] = [];
  const logger = createLogger("info", { write: (line: string) => void logged.push(line) });
  const { mechanism, files, network } = await chooseIsolation({ ...app.deps, logger });
  expect(logged.map((line): unknown => JSON.parse(line))).toMatchObject([
    { level: files || network ? "warn" : "info", mechanism },
  ]);
});

test("where it is required, failing to set it up ends the start", async () => {
  const error = await choose("required").catch((failure: unknown) => failure);
  expect(error).toMatchObject({ code: "EEXIST" });
});

test("what stays open is counted and described", () => {
  expect(openDoors({ files: true, network: true })).toBe(2);
  expect(openDoors({ files: false, network: true })).toBe(1);
  expect(openDoors({ files: false, network: false })).toBe(0);
  expect(describeIsolation({ ...NOT_ISOLATED, files: false })).toEqual({
    mechanism: "none",
    readsOtherFiles: false,
    reachesNetwork: true,
  });
});

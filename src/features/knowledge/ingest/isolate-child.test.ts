import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTestDatabase, type TestDatabase } from "../../../../test/support/database.ts";
import { makePdf, makePdfBomb } from "../../../../test/support/make-pdf.ts";
import { readConfig } from "../../../config.ts";
import { type RunningServer, serve } from "../../../serve.ts";
import { EXTRACTION_LIMITS, extractText } from "./extract-text.ts";
import { bubblewrap } from "./isolate-by-bubblewrap.ts";
import { landlock } from "./isolate-by-landlock.ts";
import { namespaces } from "./isolate-by-namespaces.ts";
import { IsolationUnavailableError, isolateChild } from "./isolate-child.ts";
import { type Confinement, type Isolation, NOT_ISOLATED } from "./isolation.ts";
import { probeIsolation } from "./probe-isolation.ts";

const PROBE = fileURLToPath(new URL("./isolation-probe.ts", import.meta.url));
const MiB = 1024 * 1024;
const utf8 = (text: string) => new TextEncoder().encode(text);

let folder: string;
let database: TestDatabase;
let server: RunningServer;
/** Every mechanism that works on this machine and blocks both files and network. */
const working: Isolation[] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "atelier-isolation-"));
  database = await createTestDatabase();
  server = await serve(
    readConfig({
      ATELIER_DATA_DIR: join(folder, "data"),
      DATABASE_URL: database.url,
      ATELIER_LOG_LEVEL: "silent",
      PORT: "0",
      ATELIER_METRICS_PORT: "0",
    }),
  );
  const known: (Confinement | null)[] = [
    namespaces(join(folder, "root"), Bun.which),
    bubblewrap(Bun.which),
    landlock(folder, "nobody", Bun.which),
    landlock(folder, "root without rights", Bun.which),
    landlock(folder, "same", Bun.which),
  ];
  for (const confinement of known) {
    if (confinement === null) continue;
    const escapes = await probeIsolation(confinement, folder);
    if (escapes && !escapes.files && !escapes.network) working.push({ ...confinement, ...escapes });
  }
}, 60_000);
afterAll(async () => {
  await server.stop(0);
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** What a hostile child can reach: a running server's secrets, and its metrics. */
async function attack({ command, spawn }: Confinement) {
  const port = new URL(server.metricsUrl).port;
  const secrets = join(folder, "data", "secret-keys");
  const words = [port, join(folder, "no-socket"), secrets];
  const child = Bun.spawn(command([process.execPath, PROBE, ...words]), {
    ...spawn,
    ...{ cwd: "/", env: {}, stdin: "ignore", stdout: "pipe" },
  });
  return JSON.parse(await new Response(child.stdout).text());
}

/** Processes whose command line contains a word. */
function runningWith(word: string): string[] {
  return readdirSync("/proc").filter((id) => {
    try {
      return /^\d+$/.test(id) && readFileSync(`/proc/${id}/cmdline`, "utf8").includes(word);
    } catch {
      return false;
    }
  });
}

describe("a child that reads documents", () => {
  test("without isolation could read the secret keys and reach the metrics listener", async () => {
    expect(await attack(NOT_ISOLATED)).toEqual({ files: true, network: true });
  });

  test("with any mechanism that works here can do neither", async () => {
    for (const isolation of working) {
      expect([isolation.mechanism, await attack(isolation)]).toEqual([
        isolation.mechanism,
        { files: false, network: false },
      ]);
    }
  }, 30_000);

  test("reads the same in isolation as without, PDFs too", async () => {
    for (const isolation of working) {
      const options = { isolation };
      const text = await extractText(utf8("Der Vertrag gilt für alle.\n"), "a b.md", options);
      expect(text).toMatchObject({ ok: true, text: "Der Vertrag gilt für alle.\n" });
      const pdf = await extractText(makePdf(["Page one", "Page two"]), "a.pdf", options);
      expect(pdf).toMatchObject({ ok: true, text: "Page one\n\nPage two", pageStarts: [0, 10] });
      // Its characters are in a map outside of the file.
      const japanese = await Bun.file("test/fixtures/documents/cjk-japanese-only.pdf").bytes();
      expect(await extractText(japanese, "a.pdf", options)).toMatchObject({
        text: "解約の通知期間は三か月です。",
      });
    }
  }, 30_000);

  test("is killed in isolation at its time and memory limits, and leaves nothing running", async () => {
    for (const isolation of working) {
      const endless = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
      const name = `endless-${isolation.mechanism}-${Bun.randomUUIDv7()}`;
      const limits = { ...EXTRACTION_LIMITS, timeMs: 500 };
      const slow = await extractText(endless, name, { limits, isolation });
      expect(slow).toEqual({ ok: false, code: "too_slow" });
      for (let i = 0; i < 200 && runningWith(name).length > 0; i++) await Bun.sleep(25);
      expect(runningWith(name)).toEqual([]);
      const small = { ...EXTRACTION_LIMITS, memoryBytes: 200 * MiB };
      const bomb = await extractText(makePdfBomb(2000), "b.pdf", { limits: small, isolation });
      expect(bomb.ok ? "read" : bomb.code).toMatch(/too_much_memory|too_slow/);
    }
  }, 120_000);
});

describe("the mechanism is found by probing", () => {
  const tool = (name: string, script: string) => {
    const path = join(folder, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  };

  test("the first that blocks both is chosen", async () => {
    const chosen = await isolateChild(join(folder, "chosen"), "auto");
    const closed = { files: false, network: false };
    if (working.length > 0) expect(chosen).toMatchObject(closed);
    expect(chosen.mechanism).toBe(working[0]?.mechanism ?? chosen.mechanism);
  }, 30_000);

  test("tools that fail or are too old are skipped, and nothing breaks", async () => {
    const failing = tool("failing", "exit 1");
    const old = tool("old-setpriv", "echo '--no-new-privs'");
    const which = (name: string) => (name === "setpriv" ? old : failing);
    const found = await isolateChild(join(folder, "failing-tools"), "auto", which);
    expect(found.network).toBe(true);
    expect(["user", "none"]).toContain(found.mechanism);
    const read = await extractText(utf8("still read"), "a.txt", { isolation: found });
    expect(read).toMatchObject({ ok: true, text: "still read" });
  }, 30_000);

  test("a tool that runs the child without confining it is detected", async () => {
    const pretending = tool(
      "pretending",
      'while [ "$1" != "--" ]; do shift; done; shift; exec "$@"',
    );
    const which = (name: string) => (name === "bwrap" ? pretending : null);
    const found = await isolateChild(join(folder, "pretending-tools"), "auto", which);
    expect([found.mechanism === "bubblewrap", found.network]).toEqual([false, true]);
  }, 30_000);

  test("where it is required and unavailable, nothing is read", async () => {
    const refused = isolateChild(join(folder, "required"), "required", () => null);
    await expect(refused).rejects.toBeInstanceOf(IsolationUnavailableError);
  });

  test("when switched off, nothing is probed", async () => {
    const off = await isolateChild(join(folder, "off"), "off");
    expect(off).toBe(NOT_ISOLATED);
    expect(readdirSync(folder)).not.toContain("off");
  });
});

test("a running server exposes its isolation as a metric", async () => {
  const { mechanism = "user", files = false, network = true } = working[0] ?? {};
  const state = (open: boolean) => (open ? "open" : "closed");
  const line = `mechanism="${mechanism}",files="${state(files)}",network="${state(network)}"} 1`;
  let found = "";
  for (let i = 0; i < 200 && !found.includes("atelier_document_isolation{"); i++) {
    await Bun.sleep(50);
    found = await (await fetch(server.metricsUrl)).text();
  }
  expect(found).toContain(line);
}, 20_000);

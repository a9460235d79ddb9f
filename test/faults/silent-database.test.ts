import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { type EmbeddedServer, startEmbedded } from "../../src/platform/db/embedded.ts";
import type { Person } from "../support/app.ts";
import { type DatabaseProxy, proxyTo } from "../support/database-proxy.ts";
import { eventually } from "../support/eventually.ts";
import { readProblem } from "../support/read.ts";
import { freezeDatabase } from "./freeze.ts";
import { plainLines } from "./log-lines.ts";
import { endServers, newFolder, type ServerProcess, startServer } from "./server-process.ts";

/** Waiting for a connection, opening it and one statement; the machine may be slow too. */
const LONGEST_MS = 20_000;
const folder = newFolder();
let embedded: EmbeddedServer;
let proxy: DatabaseProxy;
let server: ServerProcess;
let ada: Person;
let thaw: () => void = () => {};

beforeAll(async () => {
  embedded = await startEmbedded(folder);
  proxy = await proxyTo(embedded.ownerUrl);
  server = await startServer({ databaseUrl: proxy.url });
  ada = await server.person("Ada");
}, 60_000);
afterEach(() => thaw());
afterAll(async () => {
  await proxy.close();
  await embedded.stop();
  await endServers();
});

const status = async (path: string) => (await fetch(`${server.origin}${path}`)).status;
const ask = (path: string, init: RequestInit = {}) =>
  server.send(`/api/v1${path}`, {
    ...init,
    headers: { cookie: ada.cookie, "content-type": "application/json" },
    signal: AbortSignal.timeout(LONGEST_MS),
  });
/** Thirty concurrent reads and writes, more than there are connections. */
const crowd = () =>
  Promise.all(
    Array.from({ length: 30 }, (_, n) =>
      n % 2 === 0
        ? ask("/projects")
        : ask("/projects", { method: "POST", body: JSON.stringify({ name: `Project ${n}` }) }),
    ),
  );

async function expectRefusals(answers: Response[]): Promise<void> {
  for (const answer of answers) {
    if (answer.ok) continue;
    expect(answer.headers.get("retry-after")).toBe("2");
    expect(await readProblem(answer)).toMatchObject({ status: 503 });
  }
}

describe("connections that fall silent without a word, while new ones would work,", () => {
  test("cost seconds and 503, and the process opens new ones by itself", async () => {
    await crowd();
    const opened = proxy.accepted;
    proxy.silence();
    await expectRefusals(await crowd());
    await eventually("readiness", async () => (await status("/readyz")) === 200, LONGEST_MS);
    expect(proxy.accepted).toBeGreaterThan(opened);
    await eventually(
      "every request",
      async () => (await crowd()).every(({ ok }) => ok),
      LONGEST_MS,
    );
    expect(await status("/livez")).toBe(200);
    expect(plainLines(server.output())).toEqual([]);
  }, 120_000);
});

describe("a database that is frozen", () => {
  test("costs 503 after seconds, leaves the process alive, and is used again once it thaws", async () => {
    await crowd();
    thaw = freezeDatabase(folder);
    const answers = await crowd();
    expect(answers.some(({ ok }) => ok)).toBe(false);
    await expectRefusals(answers);
    expect(await status("/readyz")).toBe(503);
    expect(await status("/livez")).toBe(200);
    thaw();
    await eventually("readiness", async () => (await status("/readyz")) === 200, LONGEST_MS);
    await eventually(
      "every request",
      async () => (await crowd()).every(({ ok }) => ok),
      LONGEST_MS,
    );
    expect(plainLines(server.output())).toEqual([]);
  }, 120_000);
});

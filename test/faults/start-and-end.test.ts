import { afterAll, afterEach, beforeAll, expect, test } from "bun:test";
import { chownSync, statSync } from "node:fs";
import { openAiServer } from "../providers/openai-server.ts";
import { ask, connectServer, readThread, textOf, until } from "../support/generation.ts";
import { visit } from "./reader.ts";
import {
  endServers,
  isAlive,
  newFolder,
  postgresPid,
  startServer,
  withDepsOf,
} from "./server-process.ts";

const provider = openAiServer();
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

beforeAll(() => void provider.start());
afterEach(async () => {
  provider.reset();
  await endServers();
});
afterAll(() => provider.stop());

test("a second start on the same folder says who holds it and harms nothing; Ctrl-C saves the running answer and leaves no process", async () => {
  const server = await startServer();
  const ada = await server.person("Ada");
  const modelId = await withDepsOf(server, (deps) => connectServer({ deps }, provider, "openai"));
  provider.scenario = { endless: true, text: "and so on ", chunkMs: 10 };
  const asked = await ask(ada, { modelId });
  const postgres = postgresPid(server.dataDir) ?? 0;
  expect(isAlive(postgres)).toBe(true);

  const second = await startServer({ dataDir: server.dataDir }).catch((error) => String(error));
  expect(second).toContain(`is in use by process ${server.pid}`);
  expect(postgresPid(server.dataDir)).toBe(postgres);
  expect((await ada.get("/projects")).status).toBe(200);
  expect(provider.running.length).toBe(1);

  const seen = await visit(server.origin, ada, asked.generationId, 0, { afterMs: 300 });
  server.signal("SIGINT");
  expect(await server.exited).toBe(0);
  expect(isAlive(postgres)).toBe(false);
  expect(postgresPid(server.dataDir)).toBeUndefined();
  await until(() => provider.running.length === 0);

  const again = await startServer({ dataDir: server.dataDir });
  const { messages } = await readThread(again.as(ada), asked.threadId);
  const [part] = messages[1]?.parts ?? [];
  expect(messages[1]?.status).toBe("interrupted");
  expect(part?.type === "text" && part.text.startsWith(textOf(seen.events))).toBe(true);
});

test("a server that was killed leaves a database behind, which the next start takes over", async () => {
  const server = await startServer();
  const ada = await server.person("Ada");
  const orphan = postgresPid(server.dataDir) ?? 0;
  server.signal("SIGKILL");
  await server.exited;
  const again = await startServer({ dataDir: server.dataDir });
  expect(isAlive(orphan)).toBe(false);
  expect((await again.as(ada).get("/projects")).status).toBe(200);
});

test("Ctrl-C twice, and Ctrl-C while starting, leave no database running", async () => {
  const server = await startServer();
  const postgres = postgresPid(server.dataDir) ?? 0;
  server.signal("SIGINT");
  server.signal("SIGINT");
  await server.exited;
  await until(() => !isAlive(postgres));
  let interrupt = () => {};
  const starting = startServer({
    dataDir: server.dataDir,
    onSpawn: (signal) => {
      interrupt = signal;
    },
  }).catch(() => {});
  await until(() => postgresPid(server.dataDir) !== undefined, 20_000);
  interrupt();
  await starting;
  await until(() => postgresPid(server.dataDir) === undefined, 20_000);
});

test("it runs as a plain user, with a database of that user", async () => {
  const dataDir = newFolder();
  const user = isRoot ? NOBODY : process.getuid?.();
  if (isRoot) chownSync(dataDir, NOBODY, NOBODY);
  const server = await startServer({ dataDir, prefix: isRoot ? asNobody() : [] });
  const ada = await server.person("Ada");
  expect((await ada.get("/projects")).status).toBe(200);
  const postgres = postgresPid(dataDir) ?? 0;
  expect(statSync(`/proc/${postgres}`).uid).toBe(user ?? 0);
  server.signal("SIGINT");
  expect(await server.exited).toBe(0);
  expect(isAlive(postgres)).toBe(false);
});

/** Runs a command as nobody; with the right to read everything, where only root can read the checkout. */
function asNobody(): string[] {
  const plain = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
  const tried = Bun.spawnSync([...plain, process.execPath, "--version"], {
    stdout: "ignore",
    stderr: "ignore",
  });
  const reads = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"];
  return tried.exitCode === 0 ? plain : [...plain, ...reads];
}

import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { KEPT_SERVER, prepareTemplate, startTestServer } from "../test/support/database.ts";

/** Keeps a test PostgreSQL running until it is stopped; tests find it by {@link KEPT_SERVER}. */
const server = await startTestServer();
await prepareTemplate(server.url);
mkdirSync(dirname(KEPT_SERVER), { recursive: true });
await Bun.write(KEPT_SERVER, server.url);
console.log(`The test server is ready: ./scripts/bun test <file> uses it. Ctrl-C ends it.`);

const asked = Promise.withResolvers<void>();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, asked.resolve);
// Signal handlers alone do not keep the process alive.
const alive = setInterval(() => {}, 60_000);
await asked.promise;
clearInterval(alive);
rmSync(KEPT_SERVER, { force: true });
await server.stop();

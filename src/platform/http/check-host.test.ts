import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { Hono } from "hono";
import pino from "pino";
import { createTestApp, type TestApp } from "../../../test/support/app.ts";
import { readProblem } from "../../../test/support/read.ts";
import { warnOfProxy } from "./check-host.ts";
import type { AppEnv } from "./hono-env.ts";

let app: TestApp;
const lines: { msg: string; header?: string }[] = [];
beforeAll(async () => {
  const logger = pino({ level: "warn" }, { write: (line) => lines.push(JSON.parse(line)) });
  app = await createTestApp({ deps: { logger } });
});
afterAll(() => app.close());

const asked = (host: string, of = app, path = "/api/v1/setup") =>
  of.app.request(path, { headers: { host } });

test("without a public address, loopback names and IP addresses are accepted on any port", async () => {
  for (const host of [
    "localhost",
    "localhost:3000",
    "LOCALHOST:3000",
    "atelier.localhost",
    "127.0.0.1:3000",
    "192.168.1.20",
    "[::1]:3000",
    "[2001:db8::1]",
  ])
    expect([host, (await asked(host)).status]).toEqual([host, 200]);
});

test("any other name is refused, for the API and for pages", async () => {
  for (const host of [
    "evil.example:3000",
    "localhost.evil.example",
    "evillocalhost",
    "127.0.0.1.evil.example",
    "atelier",
    "a b",
    "",
  ]) {
    const refused = await asked(host);
    expect([host, await readProblem(refused)]).toMatchObject([
      host,
      { status: 421, code: "host_not_ours" },
    ]);
  }
  expect((await readProblem(await asked("evil.example", app, "/"))).code).toBe("host_not_ours");
});

/** The status of a request over a socket, whose host may be missing or invalid. */
async function statusOf(port: number, head: string[]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect(port, "127.0.0.1", () => socket.write(`${head.join("\r\n")}\r\n\r\n`));
  socket.once("data", (data) => resolve(data.toString()));
  socket.on("error", reject);
  const answer = await promise;
  socket.destroy();
  return Number(answer.split(" ")[1]);
}

test("a request without a host is refused by any configuration, and is no internal error", async () => {
  for (const env of [{}, { ATELIER_PUBLIC_URL: "http://atelier.example" }]) {
    const of = await createTestApp({ env, databaseUrl: app.ownerUrl });
    const server = Bun.serve({ port: 0, fetch: of.app.fetch });
    for (const path of ["/", "/readyz", "/api/v1/setup", "/api/v1/projects"])
      expect([path, await statusOf(server.port ?? 0, [`GET ${path} HTTP/1.0`])]).toEqual([
        path,
        400,
      ]);
    await server.stop(true);
    await of.close();
  }
});

test("probes are answered under any name", async () => {
  expect((await asked("10.1.2.3.pod.cluster.local", app, "/livez")).status).toBe(200);
});

test("with a public address or declared proxies any name is accepted", async () => {
  for (const env of [
    { ATELIER_PUBLIC_URL: "http://atelier.example" },
    { ATELIER_TRUSTED_PROXIES: "1" },
  ]) {
    const behind = await createTestApp({ env, databaseUrl: app.ownerUrl });
    expect((await asked("atelier.example", behind)).status).toBe(200);
    await behind.close();
  }
});

test.each(["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "via"])(
  "%s shows an undeclared proxy",
  async (name) => {
    const logged: { header?: string }[] = [];
    const logger = pino({}, { write: (line) => logged.push(JSON.parse(line)) });
    const proxied = new Hono<AppEnv>()
      .use(warnOfProxy({ ...app.deps.config, trustedProxies: 0 }, logger))
      .get("/", (c) => c.text("here"));
    expect(await (await proxied.request("/", { headers: { [name]: "x" } })).text()).toBe("here");
    expect(logged).toMatchObject([{ header: name }]);
  },
);

test("the first forwarded header from an undeclared proxy is logged, once", async () => {
  const forward = (name: string) => app.app.request("/api/v1/setup", { headers: { [name]: "x" } });
  await forward("x-forwarded-for");
  await forward("via");
  expect(lines.filter(({ msg }) => msg.includes("ATELIER_TRUSTED_PROXIES"))).toMatchObject([
    { header: "x-forwarded-for" },
  ]);
});

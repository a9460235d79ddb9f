import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { z } from "zod";
import { createTestApp, type Person, type TestApp } from "../../../test/support/app.ts";
import { createLogger } from "../observability/logger.ts";

const PEER = "198.51.100.9";
const lines: string[] = [];
let direct: TestApp;
let behindTwo: TestApp;
let ada: Person;
beforeAll(async () => {
  const logger = createLogger("info", { write: (line: string) => void lines.push(line) });
  direct = await createTestApp({ deps: { logger } });
  ada = await direct.person("Ada");
  behindTwo = await createTestApp({
    env: { ATELIER_TRUSTED_PROXIES: "2" },
    databaseUrl: direct.ownerUrl,
  });
});
afterAll(async () => {
  await behindTwo.close();
  await direct.close();
});
beforeEach(() => void lines.splice(0));

const logged = () =>
  lines.map((line) => z.looseObject({}).parse(JSON.parse(line))).filter((line) => "route" in line);

test("each request writes one log line: its id, route, status, duration and actor", async () => {
  const answer = await ada.get(`/projects/${ada.me.personalProjectId}?secret=1`);
  expect(answer.status).toBe(200);
  expect(logged()).toEqual([
    {
      level: "info",
      time: expect.any(String),
      requestId: answer.headers.get("x-request-id"),
      method: "GET",
      route: "/api/v1/projects/:projectId",
      status: 200,
      durationMs: expect.any(Number),
      userId: ada.me.id,
      message: "request",
    },
  ]);
  const refused = await direct.anonymous.get("/me");
  expect(logged().at(-1)).toEqual({
    level: "info",
    time: expect.any(String),
    requestId: refused.headers.get("x-request-id"),
    method: "GET",
    route: expect.any(String),
    status: 401,
    durationMs: expect.any(Number),
    message: "request",
  });
});

test("the line holds the client's address, unless that is switched off", async () => {
  const peer = { requestIP: () => ({ address: PEER, family: "IPv4", port: 1 }) };
  await direct.app.request("/api/v1/setup", {}, peer);
  expect(logged().at(-1)).toMatchObject({ route: "/api/v1/setup", ip: PEER });
  const { logger } = direct.deps;
  const quiet = await createTestApp({ env: { ATELIER_LOG_ADDRESSES: "false" }, deps: { logger } });
  await quiet.app.request("/api/v1/setup", {}, peer);
  expect(logged().at(-1)).toMatchObject({ route: "/api/v1/setup", status: 200 });
  expect(lines.at(-1)).not.toContain(PEER);
  await quiet.close();
});

test("a draining process asks clients for a new connection", async () => {
  const own = await createTestApp();
  expect((await own.anonymous.get("/setup")).headers.get("connection")).toBeNull();
  own.deps.lifecycle.drain();
  expect((await own.anonymous.get("/setup")).headers.get("connection")).toBe("close");
  await own.close();
});

describe("the address of a request", () => {
  let number = 0;
  /** The address in the audit log for a request with these forwarded hops. */
  const addressOf = async (app: TestApp, forwarded: string | undefined) => {
    const account = {
      name: "New",
      email: `new${number++}@example.com`,
      password: "a long enough password",
    };
    const answer = await app.app.request(
      "/api/v1/auth/sign-up",
      {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(forwarded === undefined ? {} : { "x-forwarded-for": forwarded }),
        },
        body: JSON.stringify(account),
      },
      { requestIP: () => ({ address: PEER, family: "IPv4", port: 1 }) },
    );
    expect(answer.status).toBe(201);
    const [row] = await app.deps.database.sql`select ip from audit_log order by id desc limit 1`;
    return row?.ip;
  };

  test("is its peer's, whatever it claims, where no proxy is trusted", async () => {
    expect(await addressOf(direct, undefined)).toBe(PEER);
    expect(await addressOf(direct, "203.0.113.7")).toBe(PEER);
  });

  test("is what the outermost trusted proxy saw", async () => {
    expect(await addressOf(behindTwo, "10.9.9.9, 203.0.113.7 , 10.0.0.1")).toBe("203.0.113.7");
    expect(await addressOf(behindTwo, "203.0.113.7,10.0.0.1")).toBe("203.0.113.7");
  });

  test("is the peer's when there are fewer hops than trusted proxies, or an empty one", async () => {
    expect(await addressOf(behindTwo, "203.0.113.7")).toBe(PEER);
    expect(await addressOf(behindTwo, " , 10.0.0.1")).toBe(PEER);
    expect(await addressOf(behindTwo, undefined)).toBe(PEER);
  });

  test("is never longer than an address can be", async () => {
    expect(await addressOf(behindTwo, `${"f".repeat(200)}, 10.0.0.1`)).toBe("f".repeat(64));
  });
});

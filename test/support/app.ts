import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createApp } from "../../src/app.ts";
import { buildDeps, startBackground, stopBackground } from "../../src/compose.ts";
import { type Config, readConfig } from "../../src/config.ts";
import { createSetupToken } from "../../src/features/identity/index.ts";
import { type Me, me as meSchema } from "../../src/features/identity/schema.ts";
import { syncBuiltinProviders } from "../../src/features/models/index.ts";
import { systemContext } from "../../src/platform/context.ts";
import { newSecretKey } from "../../src/platform/crypto/secret-keys.ts";
import { APP_ROLE } from "../../src/platform/db/app-role.ts";
import { type DatabaseClient, openDatabase } from "../../src/platform/db/client.ts";
import { migrateDatabase } from "../../src/platform/db/migrate.ts";
import type { Deps } from "../../src/platform/deps.ts";
import type { AppEnv } from "../../src/platform/http/hono-env.ts";
import { createTestDatabase, withUser } from "./database.ts";
import { type AnswerCheck, documentedAnswers } from "./documented.ts";
import { read } from "./read.ts";

/** A signed-in user, an API key, or an anonymous caller of the API. */
export interface Caller {
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Response>;
  get(path: string): Promise<Response>;
  post(path: string, body?: unknown): Promise<Response>;
  patch(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  put(path: string, body?: unknown): Promise<Response>;
  delete(path: string): Promise<Response>;
}

export interface Person extends Caller {
  readonly me: Me;
  /** The session cookie as sent by a browser. */
  readonly cookie: string;
}

export interface TestApp {
  readonly app: OpenAPIHono<AppEnv>;
  /** Its database connections have the application's role, with exactly the application's rights. */
  readonly deps: Deps;
  /** The database as the owner of its tables. */
  readonly owner: DatabaseClient;
  readonly ownerUrl: string;
  readonly anonymous: Caller;
  /** Creates an account; the first one is the workspace's admin. */
  person(name: string): Promise<Person>;
  withKey(key: string): Caller;
  withCookie(cookie: string): Caller;
  close(): Promise<void>;
}

export interface TestAppOptions {
  env?: Record<string, string>;
  deps?: Partial<Deps>;
  /** The owner's URL of another database, such as another app's: two processes on one PostgreSQL. */
  databaseUrl?: string;
  /** The application's login role; default: the application's role itself. */
  appUrl?: string;
}

/** The document is the same for every application. */
let checkAnswer: AnswerCheck | undefined;

/** A complete application on a database of its own. Paths are below `/api/v1`. */
export async function createTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const database = options.databaseUrl === undefined ? await createTestDatabase() : undefined;
  const ownerUrl = database?.url ?? options.databaseUrl ?? "";
  if (database === undefined) await migrateDatabase(ownerUrl);
  const databaseUrl = options.appUrl ?? withUser(ownerUrl, APP_ROLE);
  const folder = mkdtempSync(join(tmpdir(), "atelier-app-"));
  const config: Config = readConfig({
    ATELIER_DATA_DIR: folder,
    DATABASE_URL: databaseUrl,
    ATELIER_SECRET_KEYS: newSecretKey("test"),
    ATELIER_SIGN_UP: "open",
    ATELIER_LOG_LEVEL: "silent",
    ATELIER_RATE_LIMIT: "0",
    ATELIER_SIGN_UPS_PER_HOUR: "0",
    ...options.env,
  });
  const { deps, close } = await buildDeps(config, databaseUrl, options.deps);
  await syncBuiltinProviders(deps);
  deps.lifecycle.markStarted();
  const app = createApp(deps);
  startBackground(deps);
  const send: Send = async (path, init) => {
    const response = await app.request(path, init);
    checkAnswer ??= documentedAnswers(await (await app.request("/api/openapi.json")).json());
    checkAnswer(init.method ?? "GET", path, response.status);
    return response;
  };
  const owner = openDatabase({ url: ownerUrl, poolMax: 1 });
  return {
    app,
    deps,
    owner,
    ownerUrl,
    anonymous: caller(send, {}),
    person: async (name) =>
      signUp(send, name, await createSetupToken(systemContext(deps, "setup"))),
    withCookie: (cookie) => caller(send, { cookie }),
    withKey: (key) => caller(send, { authorization: `Bearer ${key}` }),
    close: async () => {
      deps.lifecycle.leave();
      await stopBackground(deps);
      await close();
      await owner.close();
      await database?.drop();
      rmSync(folder, { recursive: true, force: true });
      await assertTransactionsNeverWaited(deps);
    },
  };
}

/**
 * Checks that no transaction awaited anything but its database.
 * @throws Error when one did; with the log level `warn` the log shows after which statement.
 */
async function assertTransactionsNeverWaited(deps: Deps): Promise<void> {
  const { values } = await deps.metrics.idleTransactions.get();
  const count = values.reduce((sum, { value }) => sum + value, 0);
  if (count > 0)
    throw new Error(`Transactions awaited something else than their database, ${count} times`);
}

/** Sends a request to an application: in this process, or over the network. */
export type Send = (path: string, init: RequestInit) => Promise<Response>;

/** Calls the API with these credentials. Paths are below `/api/v1`. */
export function caller(send: Send, identity: Record<string, string>): Caller {
  const request: Caller["request"] = async (method, path, body, headers = {}) => {
    const form = body instanceof FormData || body instanceof Blob || body instanceof Uint8Array;
    return send(`/api/v1${path}`, {
      method,
      headers: {
        ...identity,
        ...(body === undefined || form ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
    });
  };
  return {
    request,
    get: (path) => request("GET", path),
    post: (path, body) => request("POST", path, body),
    patch: (path, body, headers) => request("PATCH", path, body, headers),
    put: (path, body) => request("PUT", path, body),
    delete: (path) => request("DELETE", path),
  };
}

/**
 * Creates an account and signs it in.
 * @param setupToken of the setup link, for the first account; null: there is one already.
 */
export async function signUp(send: Send, name: string, setupToken: string | null): Promise<Person> {
  const account = {
    name,
    email: `${name.toLowerCase()}@example.com`,
    password: "a long enough password",
  };
  const response = await send(`/api/v1${setupToken === null ? "/auth/sign-up" : "/setup"}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(setupToken === null ? account : { ...account, token: setupToken }),
  });
  if (response.status !== 201)
    throw new Error(`sign-up answered ${response.status}: ${await response.text()}`);
  const cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
  const me = await read(response, meSchema);
  return { ...caller(send, { cookie }), me, cookie };
}

import { afterAll, beforeAll, expect, test } from "bun:test";
import { UNCHANGING } from "../../src/features/audit/actions.ts";
import { createLogger } from "../../src/platform/observability/logger.ts";
import { createTestApp, type TestApp } from "../support/app.ts";
import { type Cast, makeCast, PASSWORD } from "../support/cast.ts";
import {
  brokenBodies,
  brokenFields,
  brokenIds,
  MARKER,
  oddHeaders,
  oddQueries,
  type Variant,
} from "../support/hostile.ts";
import { type Operation, permittedRole, readOperations } from "../support/operations.ts";
import { readProblem } from "../support/read.ts";
import { type Sample, samples } from "./samples.ts";

/** Invalid and hostile requests to every operation of the OpenAPI document. */

let app: TestApp;
let operations: Operation[];
const log: string[] = [];
beforeAll(async () => {
  app = await createTestApp({
    deps: { logger: createLogger("debug", { write: (line) => void log.push(line) }) },
    env: { ATELIER_DATABASE_SLOW_MS: "600000" },
  });
  await app.person("Founder");
  operations = await readOperations(app);
});
afterAll(() => app.close());

const SQL = /\b(select|insert into|delete from|update)\b .*\b(from|values|where|set)\b/i;

async function prepare(operation: Operation): Promise<{ cast: Cast; sample: Sample }> {
  const makeSample = samples[operation.name];
  if (makeSample === undefined) throw new Error(`${operation.name}: no sample`);
  const cast = await makeCast(app);
  return { cast, sample: await makeSample(cast, permittedRole(operation)) };
}

const asObject = (body: unknown): Record<string, unknown> =>
  typeof body === "object" && body !== null && !Array.isArray(body) ? { ...body } : {};

/** Sends a variant of the sample and returns any fault of the response. */
async function send(
  operation: Operation,
  cast: Cast,
  sample: Sample,
  variant: Variant,
): Promise<string | null> {
  const { path = sample.path, headers = {}, allowed } = variant;
  const sent = variant.type !== undefined || variant.body !== undefined;
  const body = sent ? variant.body : operation.method === "GET" ? undefined : sample.body;
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const type =
    variant.type === undefined || variant.type === null ? {} : { "content-type": variant.type };
  const response = await cast.callers[permittedRole(operation)].request(
    operation.method,
    path,
    bytes,
    { ...type, ...headers },
  );
  const name = `${operation.name}, ${variant.label}: ${response.status}`;
  if (allowed !== undefined && !allowed.includes(response.status))
    return `${name}, not ${allowed} ${(await response.text()).slice(0, 300)}`;
  return judge(response, name);
}

/** A refusal must be a complete problem document of its class without internal details. */
async function judge(response: Response, name: string): Promise<string | null> {
  if (response.status < 400) {
    await response.body?.cancel();
    return null;
  }
  const text = await response.text();
  if (response.status >= 500) return `${name} ${text.slice(0, 300)}`;
  const type = response.headers.get("content-type");
  if (type !== "application/problem+json") return `${name}: ${type}`;
  const problem = await readProblem(new Response(text));
  if (problem.status !== response.status) return `${name}: says ${problem.status}`;
  if (problem.requestId !== response.headers.get("x-request-id")) return `${name}: request id`;
  if (SQL.test(text) || /postgres|\/src\//i.test(text)) return `${name}: shows the inside: ${text}`;
  return null;
}

const gathered = Object.values(UNCHANGING).flat();

/** All stored data as one value, which a refused request must not change. */
async function fingerprint(): Promise<string> {
  const { sql } = app.deps.database;
  const tables = await sql`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`;
  const sums = [];
  for (const { name } of tables) {
    // Seals follow a moment later, and refusals and reads are recorded: not writes of the request.
    if (name === "audit_seals") continue;
    const changes = name === "audit_log" ? sql`where not action = any(${gathered})` : sql``;
    const [row] = await sql`
      select count(*)::int as rows, coalesce(sum(hashtextextended(t::text, 0)), 0)::text as sum
      from ${sql(String(name))} t ${changes}`;
    sums.push(`${name} ${row?.rows} ${row?.sum}`);
  }
  return sums.join("\n");
}

/** Sends variants that must all be refused, and checks that stored data did not change. */
async function refuseAll(makeVariants: (operation: Operation, sample: Sample) => Variant[]) {
  const surprises: string[] = [];
  let sent = 0;
  for (const operation of operations) {
    const { cast, sample } = await prepare(operation);
    const variants = makeVariants(operation, sample);
    if (variants.length === 0) continue;
    const before = await fingerprint();
    for (const variant of variants) {
      const surprise = await send(operation, cast, sample, variant);
      if (surprise !== null) surprises.push(surprise);
      sent++;
    }
    if ((await fingerprint()) !== before)
      surprises.push(`${operation.name}: something was written`);
  }
  expect(surprises).toEqual([]);
  return sent;
}

test("a body that is broken, of the wrong type, too large or too deep is refused and writes nothing", async () => {
  const sent = await refuseAll((operation, sample) =>
    operation.takesJson && sample.always === undefined ? brokenBodies(asObject(sample.body)) : [],
  );
  expect(sent).toBeGreaterThan(100);
}, 240_000);

test("each field of each body is checked for type, length and what text may hold", async () => {
  const sent = await refuseAll((operation, sample) =>
    operation.takesJson ? brokenFields(asObject(sample.body)) : [],
  );
  expect(sent).toBeGreaterThan(100);
}, 240_000);

test("an id that is unknown or none at all finds nothing", async () => {
  const sent = await refuseAll((operation, sample) =>
    brokenIds(operation.name.split(" ")[1] ?? "", sample.path),
  );
  expect(sent).toBeGreaterThan(100);
}, 240_000);

test("odd queries, cursors and headers break nothing", async () => {
  const surprises: string[] = [];
  for (const operation of operations) {
    const { cast, sample } = await prepare(operation);
    const queries = operation.method === "GET" ? oddQueries(sample.path, operation.query) : [];
    for (const variant of [...queries, ...(operation.method === "GET" ? [] : oddHeaders())]) {
      const surprise = await send(operation, cast, sample, variant);
      if (surprise !== null) surprises.push(surprise);
    }
  }
  expect(surprises).toEqual([]);
}, 240_000);

test("a session or key that is expired, revoked, forged or of a disabled account opens nothing", async () => {
  const surprises: string[] = [];
  const { sql } = app.deps.database;
  const spoil: Record<string, (cast: Cast) => Promise<unknown>> = {
    "expired session": (cast) =>
      sql`update sessions set expires_at = now() - interval '1 second' where user_id = ${cast.people.owner.id}`,
    "revoked session": (cast) => sql`delete from sessions where user_id = ${cast.people.owner.id}`,
    "disabled account": (cast) =>
      sql`update users set disabled_at = now() where id = ${cast.people.owner.id}`,
  };
  for (const operation of operations.filter(({ access }) => access !== "anyone")) {
    for (const [label, breakIt] of Object.entries(spoil)) {
      const cast = await makeCast(app);
      await breakIt(cast);
      const path = operation.name.split(" ")[1]?.replace(/\{\w+\}/g, cast.projectId) ?? "";
      const body = operation.takesJson ? {} : undefined;
      const response = await cast.callers.owner.request(operation.method, path, body);
      if (response.status !== 401)
        surprises.push(`${operation.name}, ${label}: ${response.status}`);
      const surprise = await judge(response, `${operation.name}, ${label}`);
      if (surprise !== null) surprises.push(surprise);
    }
  }
  expect(surprises).toEqual([]);
}, 240_000);

test("a key that is expired, revoked, unknown or malformed is refused everywhere", async () => {
  const { sql } = app.deps.database;
  const cast = await makeCast(app);
  const keys: Record<string, () => Promise<unknown>> = {
    expired: () =>
      sql`update api_keys set expires_at = now() where id = ${cast.people.owner.keyId}`,
    revoked: () =>
      sql`update api_keys set expires_at = null, revoked_at = now() where id = ${cast.people.owner.keyId}`,
  };
  for (const [label, breakIt] of Object.entries(keys)) {
    await breakIt();
    for (const { name, method } of operations) {
      const path = name.split(" ")[1]?.replace(/\{\w+\}/g, cast.projectId) ?? "";
      const response = await cast.callers["read-only key"].request(method, path);
      expect([name, label, response.status]).toEqual([name, label, 401]);
      expect((await readProblem(response)).code).toBe("invalid_api_key");
    }
  }
  for (const key of ["x", "atl_", `atl_${"k".repeat(9_000)}`, "' or 1=1 --"]) {
    const response = await app.withKey(key).get("/me");
    expect([key, response.status]).toEqual([key, 401]);
    expect(await judge(response, key)).toBeNull();
  }
  for (const cookie of ["x", `x.${"y".repeat(43)}`, "%00.%ff", `${"z".repeat(5_000)}.z`]) {
    const response = await app.withCookie(`atelier_session=${cookie}`).get("/me");
    expect([cookie, response.status]).toEqual([cookie, 401]);
  }
});

test("what is not there, and methods that nobody has, get a problem document", async () => {
  const cast = await makeCast(app);
  const paths = [
    "/nope",
    "/projects/",
    "//projects",
    "/projects/%2e%2e/users",
    "/%E0%A4%A",
    "/%00",
  ];
  for (const path of paths) {
    const response = await cast.callers.owner.get(path);
    expect([path, response.status]).toEqual([path, 404]);
    expect(await judge(response, path)).toBeNull();
  }
  for (const method of ["PUT", "DELETE", "PROPFIND", "OPTIONS"]) {
    const response = await cast.callers.owner.request(method, "/projects");
    expect([method, response.status]).toEqual([method, 405]);
    expect(await judge(response, method)).toBeNull();
  }
});

test("after all this the log holds no statement, no address, no credential and nothing anybody wrote", () => {
  const text = log.join("");
  expect(log.length).toBeGreaterThan(1_000);
  const found = log.filter(
    (line) =>
      SQL.test(line) ||
      line.includes(MARKER) ||
      line.includes(PASSWORD) ||
      /postgres(ql)?:\/\/|@example\.com|atl_|sk-sample|atelier_session/.test(line),
  );
  expect(found.slice(0, 3)).toEqual([]);
  expect(text).not.toContain('"level":"error"');
});

test("even a mistake of ours shows no statement and no parameter, neither in the answer nor in the log", async () => {
  const lines: string[] = [];
  const broken = await createTestApp({
    deps: { logger: createLogger("debug", { write: (line) => void lines.push(line) }) },
  });
  try {
    const ada = await broken.person("Ada");
    await broken.owner.sql`drop table agents cascade`;
    const response = await ada.post("/agents", { name: MARKER });
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).toContain("internal_error");
    const error = lines.find((line) => line.includes('"level":"error"')) ?? "";
    expect(error).toContain("42P01");
    for (const shown of [text, ...lines]) {
      expect(SQL.test(shown)).toBe(false);
      expect(shown).not.toContain(MARKER);
    }
  } finally {
    await broken.close();
  }
});

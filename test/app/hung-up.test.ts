import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import type { Server } from "bun";
import { createLogger } from "../../src/platform/observability/logger.ts";
import { createTestApp, type TestApp } from "../support/app.ts";
import { type Cast, makeCast } from "../support/cast.ts";
import { until } from "../support/generation.ts";
import { type Operation, readOperations } from "../support/operations.ts";

/** Clients that disconnect while sending, over real sockets: not an internal error. */

const lines: string[] = [];
const reports: unknown[] = [];
let app: TestApp;
let server: Server<undefined>;
let writes: Operation[];
beforeAll(async () => {
  app = await createTestApp({
    deps: {
      logger: createLogger("info", { write: (line) => void lines.push(line) }),
      errors: { capture: (error) => void reports.push(error), close: async () => {} },
    },
  });
  await app.person("Founder");
  writes = (await readOperations(app)).filter(({ method }) => method !== "GET");
  server = Bun.serve({ port: 0, fetch: app.app.fetch });
});
afterAll(async () => {
  await server.stop(true);
  await app.close();
});

const requests = () => lines.filter((line) => line.includes('"message":"request"'));

/** Sends the head of a request and part of its body, waits until the server reads it, and disconnects. */
async function cut(head: string[], part: string): Promise<void> {
  const before = requests().length;
  const pending = server.pendingRequests;
  const { promise: connected, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(server.port ?? 0, "127.0.0.1", resolve);
  socket.on("error", reject);
  await connected;
  socket.write(`${head.join("\r\n")}\r\n\r\n${part}`);
  // A route without a body has answered by then; others wait for the rest.
  await until(() => server.pendingRequests > pending || requests().length > before);
  socket.destroy();
  await until(() => requests().length > before);
}

function headOf({ name, method, takesBytes, takesForm }: Operation, cast: Cast): string[] {
  const path = (name.split(" ")[1] ?? "")
    .replace("{projectId}", cast.projectId)
    .replace("{name}", "cut.txt")
    .replace(/\{\w+\}/g, cast.people.stranger.id);
  const type = takesForm ? "multipart/form-data; boundary=x" : "application/json";
  return [
    `${method} /api/v1${path} HTTP/1.1`,
    "Host: atelier.test",
    `Content-Type: ${takesBytes ? "text/plain" : type}`,
  ];
}

const PART: Record<"json" | "bytes" | "form", string> = {
  json: `{"name": "${"x".repeat(1_000)}`,
  bytes: "x".repeat(1_000),
  form: `--x\r\nContent-Disposition: form-data; name="files"; filename="cut.txt"\r\n\r\n${"x".repeat(1_000)}`,
};
const partOf = ({ takesBytes, takesForm }: Operation) =>
  PART[takesBytes ? "bytes" : takesForm ? "form" : "json"];

test("a body cut off on any route that writes, by anybody, is no error of ours and stores nothing", async () => {
  const cast = await makeCast(app);
  const surprises: string[] = [];
  for (const operation of writes) {
    const head = headOf(operation, cast);
    const part = partOf(operation);
    for (const cookie of [undefined, cast.people.owner.cookie]) {
      for (const framing of ["length", "chunks"]) {
        const from = lines.length;
        const [length, sent] =
          framing === "length"
            ? ["Content-Length: 5000", part]
            : ["Transfer-Encoding: chunked", `${part.length.toString(16)}\r\n${part}\r\n`];
        await cut([...head, length, ...(cookie === undefined ? [] : [`Cookie: ${cookie}`])], sent);
        const said = lines.slice(from).join("");
        if (/"status":5\d\d/.test(said) || /"level":"(error|warn)"/.test(said))
          surprises.push(`${operation.name}, ${framing}: ${said}`);
      }
    }
  }
  expect(surprises).toEqual([]);
  expect(reports).toEqual([]);
  expect(await app.deps.metrics.registry.metrics()).not.toMatch(/status="5\d\d"/);
  const { sql } = app.deps.database;
  expect(await sql`select 1 from files where name = 'cut.txt'`).toHaveLength(0);
}, 120_000);

test("a body cut off is logged as the client's doing", async () => {
  const from = lines.length;
  const head = [
    "POST /api/v1/auth/sign-in HTTP/1.1",
    "Host: localhost",
    "Content-Type: application/json",
  ];
  await cut([...head, "Content-Length: 5000"], "{");
  expect(lines.slice(from).join("")).toContain('"status":400');
});

test("an address over its limit is refused before its body is read", async () => {
  const limited = await createTestApp({ env: { ATELIER_RATE_LIMIT: "1" } });
  try {
    const send = (path: string) => {
      let read = false;
      const body = new ReadableStream(
        {
          pull(controller) {
            read = true;
            controller.enqueue(new TextEncoder().encode("{}"));
            controller.close();
          },
        },
        { highWaterMark: 0 },
      );
      const answer = limited.app.request(path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      return Promise.resolve(answer).then(({ status }) => ({ status, read }));
    };
    expect(await send("/api/v1/auth/sign-in")).toEqual({ status: 422, read: true });
    for (const path of ["/api/v1/auth/sign-in", "/api/v1/setup", "/api/v1/auth/password-reset"])
      expect(await send(path)).toEqual({ status: 429, read: false });
  } finally {
    await limited.close();
  }
});

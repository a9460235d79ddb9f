import { describe, expect, test } from "bun:test";
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { z } from "zod";
import { read, readProblem } from "../../../test/support/read.ts";
import {
  CommitUnknownError,
  DatabaseUnavailableError,
  TransactionOverError,
} from "../db/errors.ts";
import type { AppEnv } from "./hono-env.ts";
import { answerError, Problem, problemResponse, toProblem } from "./problem.ts";

const failure = (code: string) => Object.assign(new Error("secret text"), { code });
const away = new DatabaseUnavailableError(failure("ECONNREFUSED"));

describe("a thrown value becomes a stable code:", () => {
  const cases: [string, unknown, number, string][] = [
    ["a refusal stays itself", new Problem(409, "taken", "It is taken."), 409, "taken"],
    ["JSON that the framework cannot read", new HTTPException(400), 400, "malformed_body"],
    ["any other refusal of the framework", new HTTPException(414), 414, "refused"],
    ["a value that does not validate", z.string().safeParse(1).error, 422, "validation_failed"],
    ["a value that exists", failure("23505"), 409, "already_exists"],
    ["a number that does not fit", failure("22003"), 422, "out_of_range"],
    ["NUL in a text", failure("22021"), 422, "invalid_text"],
    ["half a character in JSON", failure("22P05"), 422, "invalid_text"],
    ["a serialization failure", failure("40001"), 409, "concurrent_change"],
    ["a deadlock", failure("40P01"), 409, "concurrent_change"],
    ["a database that is away", away, 503, "database_unavailable"],
    ["a statement of a lost transaction", new TransactionOverError(), 503, "database_unavailable"],
    ["a lost COMMIT", new CommitUnknownError(away), 503, "outcome_unknown"],
    ["a file of ours that is missing", failure("ENOENT"), 500, "internal_error"],
    ["a service of others that refuses", failure("ECONNREFUSED"), 500, "internal_error"],
    [
      "the cause of a cause",
      new Error("a", { cause: new Error("b", { cause: failure("23505") }) }),
      409,
      "already_exists",
    ],
    ["an unknown code of the database", failure("42P01"), 500, "internal_error"],
    ["a code that is none", Object.assign(new Error("x"), { code: 23505 }), 500, "internal_error"],
    ["no error at all", "secret text", 500, "internal_error"],
  ];
  for (const [name, thrown, status, code] of cases) {
    test(name, () => {
      const problem = toProblem(thrown);
      expect<unknown>([problem.status, problem.code]).toEqual([status, code]);
      expect(JSON.stringify(problem)).not.toContain("secret text");
    });
  }

  test("an unavailable database says when to retry", () => {
    const headers = { "retry-after": "2" };
    expect(toProblem(new Error("wrapped", { cause: away })).options.headers).toEqual(headers);
    expect(toProblem(new CommitUnknownError(away)).options.headers).toEqual(headers);
  });

  test("each invalid field is named, at most twenty", () => {
    const wrong = z.object({ a: z.object({ b: z.string() }) }).safeParse({ a: { b: 1 } }).error;
    expect(toProblem(wrong).options.errors).toMatchObject([{ path: "a.b" }]);
    const many = z.array(z.string()).safeParse(Array.from({ length: 30 }, () => 1)).error;
    expect(toProblem(many).options.errors).toHaveLength(20);
  });
});

test("a problem is an RFC 9457 document that is not cached", async () => {
  const problem = new Problem(402, "budget_used_up", "Nothing is left.", {
    errors: [{ path: "model", message: "is too dear" }],
    headers: { "retry-after": "60" },
    extra: { left: 0 },
  });
  const answer = problemResponse(problem, "request-1");
  expect(answer.status).toBe(402);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(answer.headers.get("retry-after")).toBe("60");
  expect(await read(answer, z.unknown())).toEqual({
    type: "urn:atelier:problem:budget_used_up",
    title: "Budget used up",
    status: 402,
    code: "budget_used_up",
    detail: "Nothing is left.",
    requestId: "request-1",
    errors: [{ path: "model", message: "is too dear" }],
    left: 0,
  });
});

describe("an error in a handler", () => {
  /** Answers a request whose handler throws; returns what was logged and reported. */
  async function answer(thrown: unknown, signal?: AbortSignal) {
    const logged: unknown[] = [];
    const reported: unknown[] = [];
    const app = new Hono<AppEnv>();
    app.onError(answerError);
    app.use(async (c, next) => {
      c.set("requestId", "request-1");
      Reflect.apply(c.set, c, ["logger", { error: (line: unknown) => logged.push(line) }]);
      const errors = { capture: (error: unknown) => reported.push(error) };
      Reflect.apply(c.set, c, ["ctx", { deps: { errors } }]);
      await next();
    });
    app.get("/", () => {
      throw thrown;
    });
    const response = await app.request(
      new Request("http://x/", signal === undefined ? {} : { signal }),
    );
    return { code: (await readProblem(response)).code, status: response.status, logged, reported };
  }
  const aborted = () => AbortSignal.abort();
  const cutBody = () => new DOMException("The connection was closed.", "AbortError");

  test("of ours is logged and reported", async () => {
    const error = new Error("x");
    expect(await answer(error)).toEqual({
      status: 500,
      code: "internal_error",
      logged: [{ err: error, code: "internal_error", requestId: "request-1" }],
      reported: [error],
    });
    expect((await answer(failure("ECONNREFUSED"))).logged).toHaveLength(1);
  });

  test("a refusal is neither", async () => {
    const refused = await answer(new Problem(404, "not_found", "Nothing."));
    expect(refused).toEqual({ status: 404, code: "not_found", logged: [], reported: [] });
    expect(await answer(new Problem(503, "shutting_down", "Later."))).toEqual({
      status: 503,
      code: "shutting_down",
      logged: [],
      reported: [],
    });
  });

  test("an aborted request body is neither, however deep it is nested", async () => {
    const gone = { status: 400, code: "body_incomplete", logged: [], reported: [] };
    expect(await answer(cutBody(), aborted())).toEqual(gone);
    expect(await answer(new Error("x", { cause: cutBody() }), aborted())).toEqual(gone);
  });

  test("an error of ours is also logged when the client has disconnected, as is one that only looks like it", async () => {
    expect((await answer(new Error("x"), aborted())).logged).toHaveLength(1);
    expect(await answer(cutBody())).toMatchObject({ status: 500, code: "internal_error" });
  });
});

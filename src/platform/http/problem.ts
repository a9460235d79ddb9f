import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { CommitUnknownError, isUnavailable } from "../db/errors.ts";
import { isDiskFull } from "../disk-full.ts";
import type { AppEnv } from "./hono-env.ts";
import { noteRefusal } from "./note-security-events.ts";
import type { Refusal } from "./security-events.ts";

export interface FieldError {
  /** Dotted path in the body, query or path. */
  path: string;
  message: string;
}

interface ProblemOptions {
  errors?: FieldError[];
  headers?: Record<string, string>;
  /** Set where the status does not determine the audit action; null: not recorded. */
  refusal?: Refusal | null;
  /** The access rule that refused. */
  rule?: string;
  /** Extra members of the problem document, such as a budget's remaining amount. */
  extra?: Record<string, unknown>;
}

/**
 * An expected error. Thrown anywhere below a route, it becomes an `application/problem+json` response (RFC
 * 9457).
 */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: ContentfulStatusCode;
  /** Stable and machine-readable; clients switch on it. */
  readonly code: string;
  readonly detail: string;
  readonly options: ProblemOptions;
  constructor(
    status: ContentfulStatusCode,
    code: string,
    detail: string,
    options: ProblemOptions = {},
  ) {
    super(code);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.options = options;
  }

  /** The same problem, marked as an access rule's refusal. */
  byRule(rule: string): Problem {
    return new Problem(this.status, this.code, this.detail, { ...this.options, rule });
  }
}

export const problemDocument = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string(),
    requestId: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .openapi("Problem");

const TITLES: Record<number, string> = {
  400: "Bad request",
  401: "Sign in first",
  402: "Budget used up",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  409: "Conflict",
  410: "Gone",
  412: "Changed meanwhile",
  413: "Too large",
  415: "Unsupported media type",
  421: "Wrong host",
  422: "Not valid",
  429: "Too many requests",
  500: "Something broke",
  503: "Not available right now",
  507: "Storage is full",
};

/** Converts any thrown value into a problem document; unknown errors are logged and reveal nothing. */
export function answerError(error: unknown, c: Context<AppEnv>): Response {
  const problem = isClientGone(error, c.req.raw.signal) ? bodyIncomplete() : toProblem(error);
  // A problem thrown as such is a refusal, as while shutting down or over a quota: nothing broke.
  if (problem.status >= 500 && !(error instanceof Problem)) {
    const ctx = c.get("ctx");
    ctx?.deps.errors.capture(error, { requestId: c.get("requestId"), route: c.req.routePath });
    c.get("logger").error(
      { err: error, code: problem.code, requestId: c.get("requestId") },
      "request failed",
    );
  }
  noteRefusal(problem, c);
  return problemResponse(problem, c.get("requestId"));
}

/**
 * Whether the client closed its connection while its body was read: Bun then fails the read with an AbortError
 * and aborts the request's signal. Any other error is ours, whether or not the client is still there.
 */
function isClientGone(error: unknown, signal: AbortSignal): boolean {
  if (!signal.aborted) return false;
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause.name === "AbortError") return true;
  return false;
}

/** For log and metrics; the client is gone. */
const bodyIncomplete = () =>
  new Problem(400, "body_incomplete", "The connection was closed before the body was complete.");

/** The response for a problem. */
export function problemResponse(problem: Problem, requestId: string): Response {
  const document = {
    type: `urn:atelier:problem:${problem.code}`,
    title: TITLES[problem.status] ?? "Refused",
    status: problem.status,
    code: problem.code,
    detail: problem.detail,
    requestId,
    ...(problem.options.errors === undefined ? {} : { errors: problem.options.errors }),
    ...problem.options.extra,
  };
  return new Response(JSON.stringify(document), {
    status: problem.status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...problem.options.headers,
    },
  });
}

/** Maps any thrown value to a problem. Text, SQL and parameters of database errors are never shown. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof HTTPException) {
    return new Problem(
      error.status,
      error.status === 400 ? "malformed_body" : "refused",
      error.status === 400 ? "The body is not valid JSON." : "The request was refused.",
    );
  }
  if (error instanceof z.ZodError) return validationProblem(error);
  if (error instanceof CommitUnknownError) {
    return new Problem(
      503,
      "outcome_unknown",
      "The database became unavailable while this was being saved. Check whether it was saved before you repeat it.",
      { headers: { "retry-after": "2" } },
    );
  }
  if (isUnavailable(error)) {
    return new Problem(
      503,
      "database_unavailable",
      "The database is not responding. Try again in a moment.",
      { headers: { "retry-after": "2" } },
    );
  }
  if (isDiskFull(error)) {
    return new Problem(
      507,
      "storage_full",
      "There is no space left to store it. The administrator of this server has to free some.",
    );
  }
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const known = databaseProblem(cause);
    if (known) return known;
  }
  return new Problem(
    500,
    "internal_error",
    "Internal error. The request id helps to find it in the log.",
  );
}

/** One field error per zod issue. */
export function validationProblem(error: z.ZodError): Problem {
  const errors = error.issues.slice(0, 20).map((issue) => ({
    path: issue.path.map(String).join("."),
    message: issue.message,
  }));
  return new Problem(422, "validation_failed", "Some fields are not valid.", { errors });
}

function databaseProblem(error: Error): Problem | null {
  const code: unknown = Reflect.get(error, "code");
  if (typeof code !== "string") return null;
  if (code === "40001" || code === "40P01") {
    return new Problem(
      409,
      "concurrent_change",
      "The same data was changed at the same time. Try again.",
    );
  }
  if (code === "23505") return new Problem(409, "already_exists", "This exists already.");
  if (code === "22003")
    return new Problem(
      422,
      "out_of_range",
      "A number is larger or smaller than what can be stored.",
    );
  if (code === "22021" || code === "22P05")
    return new Problem(422, "invalid_text", "The text contains characters that cannot be stored.");
  return null;
}

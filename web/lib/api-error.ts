import { t } from "./i18n.ts";
import { member, parseJson, textAt } from "./json.ts";

export type FieldProblem = { path: string; message: string };

/** A refusal or failure of the API: a problem document (RFC 9457), or the network's own failure. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  /** Stable and machine-readable; `offline`, `timeout` and `unreadable` are the client's own. */
  readonly code: string;
  /** A sentence for people. */
  readonly detail: string;
  readonly errors: readonly FieldProblem[];
  readonly requestId: string | undefined;
  constructor(
    status: number,
    code: string,
    detail: string,
    more: { errors?: readonly FieldProblem[]; requestId?: string | undefined } = {},
  ) {
    super(code);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.errors = more.errors ?? [];
    this.requestId = more.requestId;
  }

  /** What is wrong with one field of the body, in words. */
  field(path: string): string | undefined {
    const message = this.errors.find((error) => error.path === path)?.message;
    // The server writes some as the end of a sentence: "is taken".
    return message && /^[a-z]/.test(message) ? t("field.problem", { message }) : message;
  }
}

function fieldProblems(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    const path = textAt(item, "path");
    const message = textAt(item, "message");
    return path === undefined || message === undefined ? [] : [{ path, message }];
  });
}

/**
 * The error that an answer stands for: its problem document where it has one that can be read; what
 * a proxy on the way answers may be anything.
 */
export function refusal(status: number, body: string, requestId?: string | null): ApiError {
  const problem = parseJson(body);
  return new ApiError(
    status,
    textAt(problem, "code") ?? "unreadable",
    textAt(problem, "detail") ?? t("error.unreadable", { status }),
    {
      errors: fieldProblems(member(problem, "errors")),
      requestId: textAt(problem, "requestId") ?? requestId ?? undefined,
    },
  );
}

/** Any failure of a call as ApiError. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return new ApiError(0, "timeout", t("error.timeout"));
  }
  if (error instanceof TypeError) return new ApiError(0, "offline", t("error.offline"));
  return new ApiError(0, "unexpected", t("error.unexpected"));
}

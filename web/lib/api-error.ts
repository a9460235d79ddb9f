import { t } from "./i18n.ts";
import { member, parseJson, textAt } from "./json.ts";

export type FieldProblem = { path: string; message: string };

/** An error of the API: a problem document (RFC 9457), or a network failure. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  /** Stable and machine-readable; `offline`, `timeout` and `unreadable` are the client's own. */
  readonly code: string;
  /** A sentence for the user. */
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

  /** The error message of one field of the body; some are the end of a sentence, such as "is taken". */
  field(path: string): string | undefined {
    return this.errors.find((error) => error.path === path)?.message;
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

/** The error of a response: its problem document if it can be parsed; a proxy may answer with anything. */
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

/** Converts any failure of a call to ApiError. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return new ApiError(0, "timeout", t("error.timeout"));
  }
  if (error instanceof TypeError) return new ApiError(0, "offline", t("error.offline"));
  return new ApiError(0, "unexpected", t("error.unexpected"));
}

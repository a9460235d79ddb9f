import { t } from "./i18n.ts";

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

declare const safe: unique symbol;
/** A path made by `path`, so that no unescaped value gets into one. */
export type ApiPath = string & { readonly [safe]: true };

/** Writes an API path; each inserted value becomes one escaped segment or query value. */
export function path(parts: TemplateStringsArray, ...values: (string | number)[]): ApiPath {
  const text = parts.reduce(
    (all, part, index) => all + encodeURIComponent(String(values[index - 1])) + part,
  );
  return `/api/v1${text}` as ApiPath;
}

/** Adds query parameters that have a value. */
export function withQuery(
  base: ApiPath,
  query: Readonly<Record<string, string | number | boolean | null | undefined>>,
): ApiPath {
  const pairs = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") pairs.set(key, String(value));
  }
  const text = pairs.toString();
  return (text ? `${base}?${text}` : base) as ApiPath;
}

export type CallOptions = {
  signal?: AbortSignal | undefined;
  /** The version that the change was made to; a newer one on the server answers 412. */
  ifMatch?: number | undefined;
  /** Lets a retried write answer as the first one did. */
  idempotencyKey?: string | undefined;
  /** In ms; 30 s unless told. */
  timeout?: number | undefined;
};

let whenSignedOut: (() => void) | undefined;
/** Sets what happens when the server no longer knows the session. */
export function onSignedOut(act: () => void): void {
  whenSignedOut = act;
}

async function toError(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => undefined);
  const read = (name: string): unknown =>
    typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;
  const text = (name: string): string | undefined => {
    const value = read(name);
    return typeof value === "string" ? value : undefined;
  };
  const errors = read("errors");
  return new ApiError(
    response.status,
    text("code") ?? "unreadable",
    text("detail") ?? t("error.unreadable", { status: response.status }),
    {
      errors: Array.isArray(errors) ? (errors as FieldProblem[]) : [],
      requestId: text("requestId") ?? response.headers.get("x-request-id") ?? undefined,
    },
  );
}

/** The client's own failures as ApiError; a caller's abort passes as it is. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return new ApiError(0, "timeout", t("error.timeout"));
  }
  if (error instanceof TypeError) return new ApiError(0, "offline", t("error.offline"));
  return new ApiError(0, "unexpected", t("error.unexpected"));
}

/** Sends a request; throws ApiError for refusals and network failures, AbortError when the caller aborts. */
export async function send(
  method: string,
  to: ApiPath,
  body: BodyInit | undefined,
  options: CallOptions & { headers?: Record<string, string> } = {},
): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json", ...options.headers };
  if (options.ifMatch !== undefined) headers["if-match"] = `"v${options.ifMatch}"`;
  if (options.idempotencyKey !== undefined) headers["idempotency-key"] = options.idempotencyKey;
  const timeout = AbortSignal.timeout(options.timeout ?? 30_000);
  let response: Response;
  try {
    response = await fetch(to, {
      method,
      headers,
      body: body ?? null,
      signal: options.signal ? AbortSignal.any([options.signal, timeout]) : timeout,
    });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw toApiError(error);
  }
  if (response.ok) return response;
  const refused = await toError(response);
  if (refused.status === 401 && refused.code !== "wrong_credentials") whenSignedOut?.();
  throw refused;
}

async function json<T>(
  method: string,
  to: ApiPath,
  value: unknown,
  options?: CallOptions,
): Promise<T> {
  const body = value === undefined ? undefined : JSON.stringify(value);
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  const response = await send(method, to, body, { ...options, headers });
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** One method per verb; the caller names the answer's type, which comes from the server's schemas. */
export const api = {
  get: <T>(to: ApiPath, options?: CallOptions): Promise<T> =>
    json<T>("GET", to, undefined, options),
  post: <T = void>(to: ApiPath, body?: unknown, options?: CallOptions): Promise<T> =>
    json<T>("POST", to, body, options),
  put: <T = void>(to: ApiPath, body?: unknown, options?: CallOptions): Promise<T> =>
    json<T>("PUT", to, body, options),
  patch: <T = void>(to: ApiPath, body: unknown, options?: CallOptions): Promise<T> =>
    json<T>("PATCH", to, body, options),
  delete: <T = void>(to: ApiPath, options?: CallOptions): Promise<T> =>
    json<T>("DELETE", to, undefined, options),
};

/** A key for one intended write; the same key on every retry of it. */
export function newIdempotencyKey(): string {
  return crypto.randomUUID();
}

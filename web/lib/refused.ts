import { type ApiError, refusal } from "./api-error.ts";

let whenSignedOut: (() => void) | undefined;
/** Sets what happens when the server no longer knows the session. */
export function onSignedOut(act: () => void): void {
  whenSignedOut = act;
}

/**
 * The error that a refused answer stands for. Whatever asks the server reads refusals with this,
 * calls of `api` and others, so that a session that ended leads to the sign-in page.
 */
export function refused(status: number, body: string, requestId?: string | null): ApiError {
  const error = refusal(status, body, requestId);
  if (error.status === 401 && error.code !== "wrong_credentials") whenSignedOut?.();
  return error;
}

import { type ApiError, refusal } from "./api-error.ts";

let whenSignedOut: (() => void) | undefined;
/** Sets the handler for an expired session. */
export function onSignedOut(act: () => void): void {
  whenSignedOut = act;
}

/**
 * The error of a refused response. Every request uses it, by `api` or otherwise, so that an expired session
 * leads to the sign-in page.
 */
export function refused(status: number, body: string, requestId?: string | null): ApiError {
  const error = refusal(status, body, requestId);
  if (error.status === 401 && error.code !== "wrong_credentials") whenSignedOut?.();
  return error;
}

import { Problem } from "../../platform/http/problem.ts";
import { MIN_PASSWORD, type PasswordWeakness } from "./schema.ts";

export const notSignedIn = () =>
  new Problem(401, "not_signed_in", "Sign in, or send an API key.", {
    headers: { "www-authenticate": "Bearer" },
  });
/** The answer to a request that asks who is signed in and sends no credential: nobody is refused anything. */
export const nobodySignedIn = () =>
  new Problem(401, "not_signed_in", "Sign in, or send an API key.", {
    refusal: null,
    headers: { "www-authenticate": "Bearer" },
  });
export const badKey = (keyHash: string) =>
  new Problem(401, "invalid_api_key", "This API key is unknown, revoked or expired.", {
    refusal: { action: "auth.failed", keyHash },
    headers: { "www-authenticate": 'Bearer error="invalid_token"' },
  });
export const wrongCredentials = (account: string) =>
  new Problem(401, "wrong_credentials", "The e-mail address or the password is wrong.", {
    refusal: { action: "auth.failed", account },
  });
/** @param field name of its field in the body. */
export const wrongPassword = (field: string) =>
  new Problem(422, "wrong_password", "The current password is wrong.", {
    refusal: { action: "auth.failed" },
    errors: [{ path: field, message: "is wrong" }],
  });
const WEAKNESSES: Record<PasswordWeakness, string> = {
  password_too_short: `needs at least ${MIN_PASSWORD} characters`,
  password_personal: "contains little more than a name, an e-mail address or “Atelier”",
  password_repetitive: "repeats characters, or follows the alphabet or the keyboard",
  password_common: "is made of common passwords, which are guessed first",
};
export const weakPassword = (weakness: PasswordWeakness, field: string) =>
  new Problem(
    422,
    weakness,
    "This password is too easy to guess. A few unrelated words are better.",
    {
      errors: [{ path: field, message: WEAKNESSES[weakness] }],
    },
  );
export const passwordNeeded = () =>
  new Problem(403, "password_needed", "Enter your password again to do this.");
export const missingScope = (scope: string) =>
  new Problem(403, "missing_scope", `This API key does not have the scope "${scope}".`);
export const sessionOnly = () =>
  new Problem(403, "session_only", "This requires a browser session; an API key is not enough.");
export const adminScopeRefused = () =>
  new Problem(
    403,
    "admin_scope_refused",
    'Only a workspace admin may grant the scope "admin" to a key.',
  );
export const keyLivesTooLong = (days: number) =>
  new Problem(422, "key_lives_too_long", `API keys may be valid for ${days} days at most here.`, {
    errors: [{ path: "expiresInDays", message: `is more than ${days}` }],
  });
export const adminOnly = () => new Problem(404, "not_found", "Not found.");
export const signUpClosed = () =>
  new Problem(403, "sign_up_closed", "This workspace does not take new accounts. Ask an admin.");
export const emailDomainNotAllowed = () =>
  new Problem(
    403,
    "email_domain_not_allowed",
    "Only addresses of certain domains may sign up here. Use your organisation's, or ask an admin.",
    {
      errors: [
        {
          path: "email",
          message: "Use an address of your organisation, or ask an admin for an account",
        },
      ],
    },
  );
export const tooManySignUps = (seconds: number) =>
  new Problem(
    429,
    "too_many_sign_ups",
    `Too many sign-ups from your network. Try again in ${waitingTime(seconds)}, or ask an admin for an account.`,
    { refusal: { action: "auth.throttled" }, headers: { "retry-after": String(seconds) } },
  );
export const emailTaken = () =>
  new Problem(409, "email_taken", "There is already an account with this e-mail address.", {
    errors: [{ path: "email", message: "is taken" }],
  });
export const setupDone = () =>
  new Problem(409, "setup_done", "This workspace is already set up. Sign in instead.");
export const setupTokenWrong = () =>
  new Problem(
    403,
    "setup_token_wrong",
    "The first account needs the setup link that the server printed when it started.",
    { refusal: { action: "auth.failed" } },
  );
export const tokenWrong = () =>
  new Problem(410, "link_expired", "This link was used or has expired. Ask for a new one.", {
    refusal: { action: "auth.failed" },
  });
export const tooManyAttempts = (seconds: number, account: string) =>
  new Problem(
    429,
    "too_many_attempts",
    `Too many failed attempts. Try again in ${waitingTime(seconds)}, or in a browser where you have signed in before.`,
    {
      refusal: { action: "auth.throttled", account },
      headers: { "retry-after": String(seconds) },
    },
  );
export const noSuchSession = () =>
  new Problem(404, "session_not_found", "This session does not exist.");
export const noSuchKey = () =>
  new Problem(404, "api_key_not_found", "This API key does not exist.");
export const noSuchUser = () => new Problem(404, "user_not_found", "This user does not exist.");
export const lastAdmin = () =>
  new Problem(
    409,
    "last_admin",
    "This is the last admin. Make someone else an admin first; otherwise nobody could manage the workspace.",
  );

function waitingTime(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? "a minute" : `${minutes} minutes`;
}

import type { Context } from "hono";
import type { Ctx } from "../../platform/context.ts";
import type { AppEnv } from "../../platform/http/hono-env.ts";
import { jsonAnswer, jsonBody } from "../../platform/http/json.ts";
import { readAfterCommit } from "../../platform/http/read-after-commit.ts";
import { refusals } from "../../platform/http/refusals.ts";
import { createRoute, guard, router } from "../../platform/http/route.ts";
import { judgePassword } from "./check-new-password.ts";
import type { AfterSignUp } from "./create-account.ts";
import { readDeviceCookie, setDeviceCookie } from "./device-cookie.ts";
import { notSignedIn } from "./errors.ts";
import { meRoutes } from "./me-routes.ts";
import type { Client, OpenedSession } from "./open-session.ts";
import { anyone, inSession } from "./policy.ts";
import { type FindPersonalProject, presentMe } from "./present-me.ts";
import { anyUserExists, findUser } from "./repo.ts";
import {
  accountInput,
  type Me,
  me,
  passwordCheck,
  passwordJudgement,
  passwordReset,
  setupInput,
  setupState,
  signedInUser,
  signInInput,
} from "./schema.ts";
import { resetPassword, signOut } from "./service.ts";
import { clearSessionCookie, isSecure, setSessionCookie } from "./session-cookie.ts";
import { setUp } from "./set-up.ts";
import { signIn } from "./sign-in.ts";
import { type SignUpPolicy, signUp } from "./sign-up.ts";

/** Hooks of the features that depend on identity. */
export interface IdentityHooks {
  afterSignUp: AfterSignUp;
  personalProjectId: FindPersonalProject;
  signUpPolicy(ctx: Ctx): Promise<SignUpPolicy>;
}

const nothing = { 204: { description: "Done" } };
const account = { 201: jsonAnswer(me, "The account; the session is in the cookie") };

const setupStateRoute = createRoute({
  method: "get",
  path: "/setup",
  ...guard(anyone, null),
  tags: ["identity"],
  summary: "Whether the first account has to be created",
  responses: { 200: jsonAnswer(setupState, "State") },
});

const setUpRoute = createRoute({
  method: "post",
  path: "/setup",
  ...guard(anyone, "user.signed_up"),
  tags: ["identity"],
  summary: "Create the first account, an admin",
  request: { body: jsonBody(setupInput) },
  responses: account,
});

const signUpRoute = createRoute({
  method: "post",
  path: "/auth/sign-up",
  ...guard(anyone, "user.signed_up"),
  tags: ["identity"],
  summary: "Create an account, where sign-up is open",
  request: { body: jsonBody(accountInput) },
  responses: account,
});

const passwordCheckRoute = createRoute({
  method: "post",
  path: "/auth/password-check",
  ...guard(anyone, null),
  tags: ["identity"],
  summary: "Rates a new password, and says whether it would be accepted",
  description: "The password is neither stored nor logged.",
  request: { body: jsonBody(passwordCheck) },
  responses: { 200: jsonAnswer(passwordJudgement, "The rating") },
});

const signInRoute = createRoute({
  method: "post",
  path: "/auth/sign-in",
  ...guard(anyone, "user.signed_in"),
  tags: ["identity"],
  summary: "Sign in by password",
  request: { body: jsonBody(signInInput) },
  responses: { 200: jsonAnswer(signedInUser, "The session is in the cookie") },
});

const signOutRoute = createRoute({
  method: "post",
  path: "/auth/sign-out",
  ...guard(inSession, "user.signed_out"),
  tags: ["identity"],
  summary: "End this session",
  responses: nothing,
});

const passwordResetRoute = createRoute({
  method: "post",
  path: "/auth/password-reset",
  ...guard(anyone, "user.password_reset"),
  tags: ["identity"],
  summary: "Set a new password with a reset link",
  request: { body: jsonBody(passwordReset) },
  responses: { ...nothing, ...refusals(410) },
});

/** Setting up, signing up, in and out; then {@link meRoutes}. */
export function identityRoutes(hooks: IdentityHooks) {
  const welcome = async (c: Context<AppEnv>, opened: OpenedSession): Promise<Me> => {
    const ctx = c.get("ctx");
    setSessionCookie(c, ctx.deps, opened.token);
    setDeviceCookie(c, ctx.deps, opened);
    return readAfterCommit(async () => {
      const user = await findUser(ctx.db, opened.userId);
      if (!user) throw notSignedIn();
      return presentMe(ctx, user, hooks.personalProjectId);
    });
  };

  return router()
    .openapi(setupStateRoute, async (c) => {
      const ctx = c.get("ctx");
      const { open } = await hooks.signUpPolicy(ctx);
      return c.json({ needed: !(await anyUserExists(ctx.db)), signUpOpen: open }, 200);
    })
    .openapi(setUpRoute, async (c) => {
      const opened = await setUp(
        c.get("ctx"),
        { ...c.req.valid("json"), client: clientOf(c) },
        hooks.afterSignUp,
      );
      return c.json(await welcome(c, opened), 201);
    })
    .openapi(signUpRoute, async (c) => {
      const ctx = c.get("ctx");
      const opened = await signUp(
        ctx,
        await hooks.signUpPolicy(ctx),
        { ...c.req.valid("json"), client: clientOf(c) },
        hooks.afterSignUp,
      );
      return c.json(await welcome(c, opened), 201);
    })
    .openapi(passwordCheckRoute, async (c) => {
      const ctx = c.get("ctx");
      await ctx.deps.services.identity.passwordChecks.count(ctx.ip);
      const { password, ...owner } = c.req.valid("json");
      return c.json(await judgePassword(password, owner), 200);
    })
    .openapi(signInRoute, async (c) => {
      const opened = await signIn(c.get("ctx"), {
        ...c.req.valid("json"),
        client: clientOf(c),
        deviceCookie: readDeviceCookie(c, c.get("ctx").deps),
      });
      const { failedBefore } = opened;
      return c.json({ ...(await welcome(c, opened)), failedBefore }, 200);
    })
    .openapi(signOutRoute, async (c) => {
      await signOut(c.get("ctx"));
      clearSessionCookie(c, c.get("ctx").deps);
      return c.body(null, 204, { "clear-site-data": '"cache", "storage"' });
    })
    .openapi(passwordResetRoute, async (c) => {
      const account = await resetPassword(c.get("ctx"), c.req.valid("json"));
      setDeviceCookie(c, c.get("ctx").deps, account);
      return c.body(null, 204);
    })
    .route("/", meRoutes(hooks.personalProjectId));
}

function clientOf(c: Context<AppEnv>): Client {
  return { userAgent: c.req.header("user-agent"), secure: isSecure(c, c.get("ctx").deps) };
}

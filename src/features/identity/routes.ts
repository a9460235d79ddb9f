import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { AppEnv } from "../../platform/http/hono-env.ts";
import { jsonAnswer, jsonBody } from "../../platform/http/json.ts";
import { readAfterCommit } from "../../platform/http/read-after-commit.ts";
import { refusals } from "../../platform/http/refusals.ts";
import { createRoute, guard, router } from "../../platform/http/route.ts";
import { judgePassword } from "./check-new-password.ts";
import { confirmPassword } from "./confirm-password.ts";
import type { AfterSignUp } from "./create-account.ts";
import { readDeviceCookie, setDeviceCookie } from "./device-cookie.ts";
import { notSignedIn } from "./errors.ts";
import type { Client, OpenedSession } from "./open-session.ts";
import { anyone, inSession, signedInLookUp } from "./policy.ts";
import { presentSession } from "./present-access.ts";
import { anyUserExists, findUser, type UserRow } from "./repo.ts";
import {
  accountInput,
  type Me,
  me,
  meChange,
  passwordChange,
  passwordCheck,
  passwordConfirmation,
  passwordJudgement,
  passwordReset,
  session,
  setupInput,
  setupState,
  signedInUser,
  signInInput,
} from "./schema.ts";
import {
  changeMe,
  changePassword,
  getMe,
  getSessions,
  resetPassword,
  revokeSession,
  signOut,
} from "./service.ts";
import { clearSessionCookie, isSecure, setSessionCookie } from "./session-cookie.ts";
import { setUp } from "./set-up.ts";
import { signIn } from "./sign-in.ts";
import { type SignUpPolicy, signUp } from "./sign-up.ts";

/** Hooks of the features that depend on identity. */
export interface IdentityHooks {
  afterSignUp: AfterSignUp;
  personalProjectId(ctx: AppEnv["Variables"]["ctx"], userId: string): Promise<string | null>;
  signUpPolicy(ctx: AppEnv["Variables"]["ctx"]): Promise<SignUpPolicy>;
}

const nothing = { 204: { description: "Done" } };
const account = { 201: jsonAnswer(me, "The account; the session is in the cookie") };

export function identityRoutes(hooks: IdentityHooks) {
  const present = async (c: Context<AppEnv>, user: UserRow): Promise<Me> => ({
    id: user.id,
    name: user.name,
    email: user.email,
    role: user.role,
    personalProjectId: await hooks.personalProjectId(c.get("ctx"), user.id),
    restoreDays: c.get("ctx").deps.config.restoreDays,
    createdAt: user.createdAt.toISOString(),
  });
  const welcome = async (c: Context<AppEnv>, opened: OpenedSession): Promise<Me> => {
    const ctx = c.get("ctx");
    setSessionCookie(c, ctx.deps, opened.token);
    setDeviceCookie(c, ctx.deps, opened);
    return readAfterCommit(async () => {
      const user = await findUser(ctx.db, opened.userId);
      if (!user) throw notSignedIn();
      return present(c, user);
    });
  };

  return router()
    .openapi(
      createRoute({
        method: "get",
        path: "/setup",
        ...guard(anyone, null),
        tags: ["identity"],
        summary: "Whether the first account has to be created",
        responses: { 200: jsonAnswer(setupState, "State") },
      }),
      async (c) => {
        const ctx = c.get("ctx");
        const { open } = await hooks.signUpPolicy(ctx);
        return c.json({ needed: !(await anyUserExists(ctx.db)), signUpOpen: open }, 200);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/setup",
        ...guard(anyone, "user.signed_up"),
        tags: ["identity"],
        summary: "Create the first account, an admin",
        request: { body: jsonBody(setupInput) },
        responses: account,
      }),
      async (c) => {
        const opened = await setUp(
          c.get("ctx"),
          { ...c.req.valid("json"), client: clientOf(c) },
          hooks.afterSignUp,
        );
        return c.json(await welcome(c, opened), 201);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/auth/sign-up",
        ...guard(anyone, "user.signed_up"),
        tags: ["identity"],
        summary: "Create an account, where sign-up is open",
        request: { body: jsonBody(accountInput) },
        responses: account,
      }),
      async (c) => {
        const ctx = c.get("ctx");
        const opened = await signUp(
          ctx,
          await hooks.signUpPolicy(ctx),
          { ...c.req.valid("json"), client: clientOf(c) },
          hooks.afterSignUp,
        );
        return c.json(await welcome(c, opened), 201);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/auth/password-check",
        ...guard(anyone, null),
        tags: ["identity"],
        summary: "Rates a new password, and says whether it would be accepted",
        description: "The password is neither stored nor logged.",
        request: { body: jsonBody(passwordCheck) },
        responses: { 200: jsonAnswer(passwordJudgement, "The rating") },
      }),
      async (c) => {
        const ctx = c.get("ctx");
        await ctx.deps.services.identity.passwordChecks.count(ctx.ip);
        const { password, ...owner } = c.req.valid("json");
        return c.json(await judgePassword(password, owner), 200);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/auth/sign-in",
        ...guard(anyone, "user.signed_in"),
        tags: ["identity"],
        summary: "Sign in by password",
        request: { body: jsonBody(signInInput) },
        responses: { 200: jsonAnswer(signedInUser, "The session is in the cookie") },
      }),
      async (c) => {
        const opened = await signIn(c.get("ctx"), {
          ...c.req.valid("json"),
          client: clientOf(c),
          deviceCookie: readDeviceCookie(c, c.get("ctx").deps),
        });
        const { failedBefore } = opened;
        return c.json({ ...(await welcome(c, opened)), failedBefore }, 200);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/auth/sign-out",
        ...guard(inSession, "user.signed_out"),
        tags: ["identity"],
        summary: "End this session",
        responses: nothing,
      }),
      async (c) => {
        await signOut(c.get("ctx"));
        clearSessionCookie(c, c.get("ctx").deps);
        return c.body(null, 204, { "clear-site-data": '"cache", "storage"' });
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/auth/password-reset",
        ...guard(anyone, "user.password_reset"),
        tags: ["identity"],
        summary: "Set a new password with a reset link",
        request: { body: jsonBody(passwordReset) },
        responses: { ...nothing, ...refusals(410) },
      }),
      async (c) => {
        const account = await resetPassword(c.get("ctx"), c.req.valid("json"));
        setDeviceCookie(c, c.get("ctx").deps, account);
        return c.body(null, 204);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/me",
        ...guard(signedInLookUp, null),
        tags: ["me"],
        summary: "My account",
        responses: { 200: jsonAnswer(me, "The user") },
      }),
      async (c) => c.json(await present(c, await getMe(c.get("ctx"))), 200),
    )
    .openapi(
      createRoute({
        method: "patch",
        path: "/me",
        ...guard(inSession, "user.updated"),
        tags: ["me"],
        summary: "Change my name",
        request: { body: jsonBody(meChange) },
        responses: { 200: jsonAnswer(me, "The user") },
      }),
      async (c) => {
        const user = await changeMe(c.get("ctx"), c.req.valid("json"));
        return c.json(await readAfterCommit(() => present(c, user)), 200);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/me/password",
        ...guard(inSession, "user.password_changed"),
        tags: ["me"],
        summary:
          "Change my password, end my other sessions and, unless told otherwise, my API keys",
        request: { body: jsonBody(passwordChange) },
        responses: nothing,
      }),
      async (c) => {
        const account = await changePassword(c.get("ctx"), c.req.valid("json"));
        setDeviceCookie(c, c.get("ctx").deps, account);
        return c.body(null, 204);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/me/confirm-password",
        ...guard(inSession, "session.confirmed"),
        tags: ["me"],
        summary: "Confirm my password, for actions that require it",
        request: { body: jsonBody(passwordConfirmation) },
        responses: nothing,
      }),
      async (c) => {
        await confirmPassword(c.get("ctx"), c.req.valid("json").password);
        return c.body(null, 204);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/me/sessions",
        ...guard(inSession, null),
        tags: ["me"],
        summary: "My sessions",
        responses: {
          200: jsonAnswer(z.object({ items: z.array(session), nextCursor: z.null() }), "Sessions"),
        },
      }),
      async (c) => {
        const { actor } = c.get("ctx");
        const current =
          actor.kind === "user" && actor.via.kind === "session" ? actor.via.sessionId : null;
        const rows = await getSessions(c.get("ctx"));
        return c.json(
          { items: rows.map((row) => presentSession(row, current)), nextCursor: null },
          200,
        );
      },
    )
    .openapi(
      createRoute({
        method: "delete",
        path: "/me/sessions/{sessionId}",
        ...guard(inSession, "session.revoked"),
        tags: ["me"],
        summary: "End one of my sessions",
        request: { params: z.object({ sessionId: z.uuid() }) },
        responses: nothing,
      }),
      async (c) => {
        await revokeSession(c.get("ctx"), c.req.valid("param").sessionId);
        return c.body(null, 204);
      },
    );
}

function clientOf(c: Context<AppEnv>): Client {
  return { userAgent: c.req.header("user-agent"), secure: isSecure(c, c.get("ctx").deps) };
}

import { z } from "@hono/zod-openapi";
import { jsonAnswer, jsonBody } from "../../platform/http/json.ts";
import { readAfterCommit } from "../../platform/http/read-after-commit.ts";
import { createRoute, guard, router } from "../../platform/http/route.ts";
import { confirmPassword } from "./confirm-password.ts";
import { setDeviceCookie } from "./device-cookie.ts";
import { inSession, signedInLookUp } from "./policy.ts";
import { presentSession } from "./present-access.ts";
import { type FindPersonalProject, presentMe } from "./present-me.ts";
import { me, meChange, passwordChange, passwordConfirmation, session } from "./schema.ts";
import { changeMe, changePassword, getMe, getSessions, revokeSession } from "./service.ts";

const nothing = { 204: { description: "Done" } };

const meRoute = createRoute({
  method: "get",
  path: "/me",
  ...guard(signedInLookUp, null),
  tags: ["me"],
  summary: "My account",
  responses: { 200: jsonAnswer(me, "The user") },
});

const changeMeRoute = createRoute({
  method: "patch",
  path: "/me",
  ...guard(inSession, "user.updated"),
  tags: ["me"],
  summary: "Change my name",
  request: { body: jsonBody(meChange) },
  responses: { 200: jsonAnswer(me, "The user") },
});

const changePasswordRoute = createRoute({
  method: "post",
  path: "/me/password",
  ...guard(inSession, "user.password_changed"),
  tags: ["me"],
  summary: "Change my password, end my other sessions and, unless told otherwise, my API keys",
  request: { body: jsonBody(passwordChange) },
  responses: nothing,
});

const confirmPasswordRoute = createRoute({
  method: "post",
  path: "/me/confirm-password",
  ...guard(inSession, "session.confirmed"),
  tags: ["me"],
  summary: "Confirm my password, for actions that require it",
  request: { body: jsonBody(passwordConfirmation) },
  responses: nothing,
});

const sessionsRoute = createRoute({
  method: "get",
  path: "/me/sessions",
  ...guard(inSession, null),
  tags: ["me"],
  summary: "My sessions",
  responses: {
    200: jsonAnswer(z.object({ items: z.array(session), nextCursor: z.null() }), "Sessions"),
  },
});

const revokeSessionRoute = createRoute({
  method: "delete",
  path: "/me/sessions/{sessionId}",
  ...guard(inSession, "session.revoked"),
  tags: ["me"],
  summary: "End one of my sessions",
  request: { params: z.object({ sessionId: z.uuid() }) },
  responses: nothing,
});

/** The signed-in user's account, password and sessions. */
export function meRoutes(personalProjectId: FindPersonalProject) {
  return router()
    .openapi(meRoute, async (c) =>
      c.json(await presentMe(c.get("ctx"), await getMe(c.get("ctx")), personalProjectId), 200),
    )
    .openapi(changeMeRoute, async (c) => {
      const user = await changeMe(c.get("ctx"), c.req.valid("json"));
      return c.json(
        await readAfterCommit(() => presentMe(c.get("ctx"), user, personalProjectId)),
        200,
      );
    })
    .openapi(changePasswordRoute, async (c) => {
      const account = await changePassword(c.get("ctx"), c.req.valid("json"));
      setDeviceCookie(c, c.get("ctx").deps, account);
      return c.body(null, 204);
    })
    .openapi(confirmPasswordRoute, async (c) => {
      await confirmPassword(c.get("ctx"), c.req.valid("json").password);
      return c.body(null, 204);
    })
    .openapi(sessionsRoute, async (c) => {
      const { actor } = c.get("ctx");
      const current =
        actor.kind === "user" && actor.via.kind === "session" ? actor.via.sessionId : null;
      const rows = await getSessions(c.get("ctx"));
      return c.json(
        { items: rows.map((row) => presentSession(row, current)), nextCursor: null },
        200,
      );
    })
    .openapi(revokeSessionRoute, async (c) => {
      await revokeSession(c.get("ctx"), c.req.valid("param").sessionId);
      return c.body(null, 204);
    });
}

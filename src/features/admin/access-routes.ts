import { z } from "@hono/zod-openapi";
import { jsonAnswer } from "../../platform/http/json.ts";
import { createRoute, guard, guardRead, router } from "../../platform/http/route.ts";
import {
  accessOfUser,
  admin,
  getApiKeysOf,
  getSessionsOf,
  presentApiKey,
  presentSession,
  revokeAllAccess,
  revokeApiKeyOf,
  revokeSessionOf,
} from "../identity/index.ts";

const params = z.object({ userId: z.uuid() });
const tags = ["admin"];
const revoked = { 204: { description: "Revoked" } };

/** A user's sessions and API keys: listing and ending them. */
export function adminAccessRoutes() {
  return router()
    .openapi(
      createRoute({
        method: "get",
        path: "/admin/users/{userId}/access",
        ...guardRead(admin, "admin.read", "user"),
        tags,
        summary: "A user's active sessions and API keys",
        request: { params },
        responses: { 200: jsonAnswer(accessOfUser, "Sessions and keys, without their secrets") },
      }),
      async (c) => {
        const { userId } = c.req.valid("param");
        const sessions = await getSessionsOf(c.get("ctx"), c.get("admin"), userId);
        const keys = await getApiKeysOf(c.get("ctx"), c.get("admin"), userId);
        const { actor } = c.get("ctx");
        const current =
          actor.kind === "user" && actor.via.kind === "session" ? actor.via.sessionId : null;
        return c.json(
          {
            sessions: sessions.map((row) => presentSession(row, current)),
            apiKeys: keys.map(presentApiKey),
          },
          200,
        );
      },
    )
    .openapi(
      createRoute({
        method: "delete",
        path: "/admin/users/{userId}/access",
        ...guard(admin, "user.access_revoked"),
        tags,
        summary: "End all sessions and API keys of a user",
        request: { params },
        responses: revoked,
      }),
      async (c) => {
        await revokeAllAccess(c.get("ctx"), c.get("admin"), c.req.valid("param").userId);
        return c.body(null, 204);
      },
    )
    .openapi(
      createRoute({
        method: "delete",
        path: "/admin/users/{userId}/sessions/{sessionId}",
        ...guard(admin, "session.revoked"),
        tags,
        summary: "End one of a user's sessions",
        request: { params: params.extend({ sessionId: z.uuid() }) },
        responses: revoked,
      }),
      async (c) => {
        const { userId, sessionId } = c.req.valid("param");
        await revokeSessionOf(c.get("ctx"), c.get("admin"), userId, sessionId);
        return c.body(null, 204);
      },
    )
    .openapi(
      createRoute({
        method: "delete",
        path: "/admin/users/{userId}/api-keys/{keyId}",
        ...guard(admin, "api_key.revoked"),
        tags,
        summary: "Revoke one of a user's API keys at once",
        request: { params: params.extend({ keyId: z.uuid() }) },
        responses: revoked,
      }),
      async (c) => {
        const { userId, keyId } = c.req.valid("param");
        await revokeApiKeyOf(c.get("ctx"), c.get("admin"), userId, keyId);
        return c.body(null, 204);
      },
    );
}

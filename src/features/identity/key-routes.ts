import { z } from "@hono/zod-openapi";
import {
  jsonAnswer,
  jsonBody,
  SECRET_ANSWER,
  SECRET_DESCRIPTION,
} from "../../platform/http/json.ts";
import { createRoute, guard, router } from "../../platform/http/route.ts";
import {
  createApiKey,
  getApiKeys,
  type IssuedKey,
  revokeApiKey,
  rotateApiKey,
} from "./api-keys.ts";
import { inSession } from "./policy.ts";
import { presentApiKey } from "./present-access.ts";
import {
  apiKeyList,
  apiKeyRotation,
  type CreatedApiKey,
  createdApiKey,
  newApiKey,
} from "./schema.ts";

const params = z.object({ keyId: z.uuid() });
const tags = ["me"];
const shownOnce = { 201: jsonAnswer(createdApiKey, "The key, shown once") };

export function apiKeyRoutes() {
  return router()
    .openapi(
      createRoute({
        method: "get",
        path: "/me/api-keys",
        ...guard(inSession, null),
        tags,
        summary: "My API keys",
        responses: { 200: jsonAnswer(apiKeyList, "Keys, without their secrets") },
      }),
      async (c) => {
        const ctx = c.get("ctx");
        const { apiKeyMaxDays: maxDays } = ctx.deps.config;
        const rows = await getApiKeys(ctx);
        return c.json(
          {
            items: rows.map(presentApiKey),
            nextCursor: null,
            maxDays: maxDays === 0 ? null : maxDays,
          },
          200,
        );
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/me/api-keys",
        ...guard(inSession, "api_key.created"),
        tags,
        summary: "Create an API key; only this response contains it",
        description: SECRET_DESCRIPTION,
        request: { body: jsonBody(newApiKey) },
        responses: shownOnce,
      }),
      async (c) =>
        c.json(
          presentIssued(await createApiKey(c.get("ctx"), c.req.valid("json"))),
          201,
          SECRET_ANSWER,
        ),
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/me/api-keys/{keyId}/rotate",
        ...guard(inSession, "api_key.rotated"),
        tags,
        summary: "Replace an API key; the old one works for an overlap",
        description: SECRET_DESCRIPTION,
        request: { params, body: jsonBody(apiKeyRotation) },
        responses: shownOnce,
      }),
      async (c) => {
        const { keyId } = c.req.valid("param");
        const { overlapHours } = c.req.valid("json");
        return c.json(
          presentIssued(await rotateApiKey(c.get("ctx"), keyId, overlapHours)),
          201,
          SECRET_ANSWER,
        );
      },
    )
    .openapi(
      createRoute({
        method: "delete",
        path: "/me/api-keys/{keyId}",
        ...guard(inSession, "api_key.revoked"),
        tags,
        summary: "Revoke an API key at once",
        request: { params },
        responses: { 204: { description: "Revoked" } },
      }),
      async (c) => {
        await revokeApiKey(c.get("ctx"), c.req.valid("param").keyId);
        return c.body(null, 204);
      },
    );
}

function presentIssued({ row, key }: IssuedKey): CreatedApiKey {
  return { ...presentApiKey(row), key };
}

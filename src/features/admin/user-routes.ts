import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Ctx } from "../../platform/context.ts";
import { expectedVersion, versionTag } from "../../platform/http/etag.ts";
import {
  jsonAnswer,
  jsonBody,
  SECRET_ANSWER,
  SECRET_DESCRIPTION,
} from "../../platform/http/json.ts";
import { decodeCursor, pageQuery, toPage } from "../../platform/http/pagination.ts";
import { createRoute, guard, guardRead, router } from "../../platform/http/route.ts";
import { ownOrigin } from "../../platform/http/same-origin.ts";
import {
  type AfterSignUp,
  admin,
  adminInSession,
  changeUser,
  createUser,
  findUser,
  issuePasswordReset,
  listUsers,
  noSuchUser,
  type ResetToken,
  resetUrl,
  type UserRow,
  userVersion,
} from "../identity/index.ts";
import {
  type AdminUser,
  adminUser,
  adminUserPage,
  createdUser,
  newUser,
  resetLink,
  userChange,
} from "./schema.ts";

const params = z.object({ userId: z.uuid() });
const one = { 200: jsonAnswer(adminUser, "The user") };

export function adminUserRoutes(hooks: { afterSignUp: AfterSignUp }) {
  return router()
    .openapi(
      createRoute({
        method: "get",
        path: "/admin/users",
        ...guardRead(admin, "admin.read", "user"),
        tags: ["admin"],
        summary: "All accounts, newest first",
        request: { query: pageQuery.extend({ search: z.string().max(200).optional() }) },
        responses: { 200: jsonAnswer(adminUserPage, "A page of users") },
      }),
      async (c) => {
        const { limit, cursor, search } = c.req.valid("query");
        const rows = await listUsers(c.get("ctx").db, {
          search: search === "" ? undefined : search,
          after: decodeCursor(cursor),
          limit,
        });
        const { items, nextCursor } = toPage(rows, limit, (row) => ({
          at: row.createdAt,
          id: row.id,
        }));
        return c.json({ items: items.map(present), nextCursor }, 200);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/admin/users",
        ...guard(adminInSession, "user.created"),
        tags: ["admin"],
        summary: "Create an account; its owner sets a password with the link",
        description: SECRET_DESCRIPTION,
        request: { body: jsonBody(newUser) },
        responses: { 201: jsonAnswer(createdUser, "The user and the link") },
      }),
      async (c) => {
        const { user, reset } = await createUser(
          c.get("ctx"),
          c.get("admin"),
          c.req.valid("json"),
          hooks.afterSignUp,
        );
        return c.json(
          { user: present(user), resetLink: link(c, c.get("ctx"), reset) },
          201,
          SECRET_ANSWER,
        );
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/admin/users/{userId}",
        ...guardRead(admin, "admin.read", "user"),
        tags: ["admin"],
        summary: "One account",
        request: { params },
        responses: one,
      }),
      async (c) => {
        const user = await findUser(c.get("ctx").db, c.req.valid("param").userId);
        if (!user) throw noSuchUser();
        return c.json(present(user), 200, { etag: versionTag(userVersion(user)) });
      },
    )
    .openapi(
      createRoute({
        method: "patch",
        path: "/admin/users/{userId}",
        ...guard(admin, "user.updated"),
        tags: ["admin"],
        summary: "Change name or role, disable or enable an account",
        description: "Making a user an admin and enabling an account need a browser session.",
        request: { params, body: jsonBody(userChange) },
        responses: one,
      }),
      async (c) => {
        const user = await changeUser(
          c.get("ctx"),
          c.get("admin"),
          c.req.valid("param").userId,
          c.req.valid("json"),
          expectedVersion(c),
        );
        return c.json(present(user), 200, { etag: versionTag(userVersion(user)) });
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/admin/users/{userId}/password-reset-link",
        ...guard(adminInSession, "user.password_reset_link_created"),
        tags: ["admin"],
        summary: "A one-time link to set a new password",
        description: SECRET_DESCRIPTION,
        request: { params },
        responses: { 201: jsonAnswer(resetLink, "The link, shown once") },
      }),
      async (c) => {
        const ctx = c.get("ctx");
        const reset = await issuePasswordReset(ctx, c.get("admin"), c.req.valid("param").userId);
        return c.json(link(c, c.get("ctx"), reset), 201, SECRET_ANSWER);
      },
    );
}

function link(c: Context, { deps: { config } }: Ctx, { token, expiresAt }: ResetToken) {
  const base = config.publicUrl ?? ownOrigin(c, config) ?? new URL(c.req.url).origin;
  return { url: resetUrl(base, token), expiresAt: expiresAt.toISOString() };
}

function present(user: UserRow): AdminUser {
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    role: user.role,
    disabledAt: user.disabledAt?.toISOString() ?? null,
    version: userVersion(user),
    createdAt: user.createdAt.toISOString(),
  };
}

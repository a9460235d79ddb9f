import { type Ctx, userOf } from "../../platform/context.ts";
import { answerWithEffect } from "../../platform/http/answer-with-effect.ts";
import { expectedVersion, versionTag } from "../../platform/http/etag.ts";
import { jsonAnswer, jsonBody } from "../../platform/http/json.ts";
import { decodeCursor, toPage } from "../../platform/http/pagination.ts";
import { createRoute, guard, router } from "../../platform/http/route.ts";
import { signedIn } from "../identity/index.ts";
import { inProject } from "./policy.ts";
import {
  deleteProject,
  restorableSince,
  restorableUntil,
  restoreProject,
  setArchived,
} from "./project-lifecycle.ts";
import { listProjects } from "./repo.ts";
import {
  newProject,
  type Project,
  project,
  projectChange,
  projectPage,
  projectParams,
  projectQuery,
} from "./schema.ts";
import { changeProject, createProject, getProject } from "./service.ts";
import type { ProjectRole, ProjectRow } from "./tables.ts";

const one = (description: string) => jsonAnswer(project, description);

export function projectRoutes() {
  return router()
    .openapi(
      createRoute({
        method: "get",
        path: "/projects",
        ...guard(signedIn, null),
        tags: ["projects"],
        summary: "My projects",
        request: { query: projectQuery },
        responses: { 200: jsonAnswer(projectPage, "A page of projects") },
      }),
      async (c) => {
        const { limit, cursor, archived, deleted } = c.req.valid("query");
        const ctx = c.get("ctx");
        const rows = await listProjects(ctx.db, userOf(ctx).userId, {
          state: deleted
            ? { deletedSince: restorableSince(ctx) }
            : archived
              ? "archived"
              : "active",
          after: decodeCursor(cursor),
          limit,
        });
        const { items, nextCursor } = toPage(rows, limit, (row) => ({
          at: row.project.updatedAt,
          id: row.project.id,
        }));
        return c.json(
          { items: items.map((row) => present(ctx, row.project, row.role)), nextCursor },
          200,
        );
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/projects",
        ...guard(signedIn, "project.created"),
        tags: ["projects"],
        summary: "Create a project",
        request: { body: jsonBody(newProject) },
        responses: { 201: one("The project") },
      }),
      (c) =>
        answerWithEffect(c.get("ctx"), async (ctx) => {
          const row = await createProject(ctx, c.req.valid("json"));
          return c.json(present(ctx, row, "owner"), 201, { etag: versionTag(row.version) });
        }),
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/projects/{projectId}",
        ...guard(inProject("viewer"), null),
        tags: ["projects"],
        summary: "One project",
        request: { params: projectParams },
        responses: { 200: one("The project") },
      }),
      async (c) => {
        const scope = c.get("project");
        const row = await getProject(c.get("ctx"), scope);
        return c.json(present(c.get("ctx"), row, scope.role), 200, {
          etag: versionTag(row.version),
        });
      },
    )
    .openapi(
      createRoute({
        method: "patch",
        path: "/projects/{projectId}",
        ...guard(inProject("editor"), "project.updated"),
        tags: ["projects"],
        summary: "Change name, description or instructions",
        request: { params: projectParams, body: jsonBody(projectChange) },
        responses: { 200: one("The project") },
      }),
      async (c) => {
        const scope = c.get("project");
        const row = await changeProject(
          c.get("ctx"),
          scope,
          c.req.valid("json"),
          expectedVersion(c),
        );
        return c.json(present(c.get("ctx"), row, scope.role), 200, {
          etag: versionTag(row.version),
        });
      },
    )
    .openapi(
      createRoute({
        method: "delete",
        path: "/projects/{projectId}",
        ...guard(inProject("owner", { archived: true }), "project.deleted"),
        tags: ["projects"],
        summary: "Delete a project; the answer says until when it can be restored",
        request: { params: projectParams },
        responses: { 200: one("The deleted project") },
      }),
      async (c) => {
        const row = await deleteProject(c.get("ctx"), c.get("project"));
        return c.json(present(c.get("ctx"), row, "owner"), 200);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/projects/{projectId}/restore",
        ...guard(inProject("owner", { archived: true, deleted: true }), "project.restored"),
        tags: ["projects"],
        summary: "Restore a deleted project",
        request: { params: projectParams },
        responses: { 200: one("The project") },
      }),
      async (c) => {
        const row = await restoreProject(c.get("ctx"), c.get("project"));
        return c.json(present(c.get("ctx"), row, "owner"), 200, { etag: versionTag(row.version) });
      },
    )
    .openapi(
      createRoute({
        method: "put",
        path: "/projects/{projectId}/archive",
        ...guard(inProject("owner", { archived: true }), "project.archived"),
        tags: ["projects"],
        summary: "Archive a project: it becomes read-only",
        request: { params: projectParams },
        responses: { 200: one("The project") },
      }),
      async (c) => {
        const row = await setArchived(c.get("ctx"), c.get("project"), true);
        return c.json(present(c.get("ctx"), row, "owner"), 200, { etag: versionTag(row.version) });
      },
    )
    .openapi(
      createRoute({
        method: "delete",
        path: "/projects/{projectId}/archive",
        ...guard(inProject("owner", { archived: true }), "project.unarchived"),
        tags: ["projects"],
        summary: "Unarchive a project",
        request: { params: projectParams },
        responses: { 200: one("The project") },
      }),
      async (c) => {
        const row = await setArchived(c.get("ctx"), c.get("project"), false);
        return c.json(present(c.get("ctx"), row, "owner"), 200, { etag: versionTag(row.version) });
      },
    );
}

/** A project in the API's format, for a member with this role. */
export function present(ctx: Ctx, row: ProjectRow, role: ProjectRole): Project {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    instructions: row.instructions,
    personal: row.personalOf !== null,
    role,
    version: row.version,
    archivedAt: row.archivedAt?.toISOString() ?? null,
    deletedAt: row.deletedAt?.toISOString() ?? null,
    restorableUntil:
      row.deletedAt === null ? null : restorableUntil(ctx, row.deletedAt).toISOString(),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

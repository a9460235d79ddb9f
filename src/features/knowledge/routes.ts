import type { Context } from "hono";
import { jsonAnswer } from "../../platform/http/json.ts";
import { decodeCursor, toPage } from "../../platform/http/pagination.ts";
import { createRoute, guard, router } from "../../platform/http/route.ts";
import { inProject, restorableSince } from "../projects/index.ts";
import { fileEmpty } from "./errors.ts";
import { receiveFiles } from "./ingest/receive-files.ts";
import { storeFile } from "./ingest/store-file.ts";
import { presentFile, presentUpload } from "./present-file.ts";
import { listFiles } from "./repo.ts";
import {
  file,
  filePage,
  fileParams,
  listQuery,
  nameParams,
  projectOnly,
  uploadedFile,
  uploadResults,
} from "./schema.ts";
import { deleteFile, getFile, restoreFile, retryFile } from "./service.ts";

const tags = ["knowledge"];
const anyBytes = { schema: { type: "string" as const, format: "binary" } };

/** Whether the body is a file, which JSON limits, checks and copies must not touch. */
export function isUpload(c: Context): boolean {
  return (
    (c.req.method === "POST" && /^\/api\/v1\/projects\/[^/]+\/files$/.test(c.req.path)) ||
    (c.req.method === "PUT" && /^\/api\/v1\/projects\/[^/]+\/files\/[^/]+$/.test(c.req.path))
  );
}

/** Uploading, listing, deleting and restoring files. */
export function fileRoutes() {
  return router()
    .openapi(
      createRoute({
        method: "get",
        path: "/projects/{projectId}/files",
        ...guard(inProject("viewer"), null),
        tags,
        summary: "Files of a project, newest first",
        request: { params: projectOnly, query: listQuery },
        responses: { 200: jsonAnswer(filePage, "A page of files") },
      }),
      async (c) => {
        const { limit, cursor, deleted } = c.req.valid("query");
        const ctx = c.get("ctx");
        const rows = await listFiles(ctx.db, c.get("project"), {
          deletedSince: deleted ? restorableSince(ctx) : null,
          after: decodeCursor(cursor),
          limit,
        });
        const { items, nextCursor } = toPage(rows, limit, (row) => ({
          at: row.file.createdAt,
          id: row.file.id,
        }));
        return c.json({ items: items.map(presentFile), nextCursor }, 200);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/projects/{projectId}/files",
        ...guard(inProject("editor"), "file.uploaded", { keyed: false }),
        tags,
        summary: "Upload files as a multipart form; each is stored or refused separately",
        request: { params: projectOnly },
        // Not under `request`, where the validator would buffer the whole form.
        requestBody: {
          required: true,
          content: {
            "multipart/form-data": {
              schema: {
                type: "object",
                properties: { files: { type: "array", items: anyBytes.schema } },
              },
            },
          },
        },
        responses: { 200: jsonAnswer(uploadResults, "The result for each file, in order") },
      }),
      async (c) => {
        const received = await receiveFiles(
          c.get("ctx"),
          c.get("project"),
          c.req.raw.body,
          c.req.header("content-type"),
        );
        const items = received.map(({ name, stored, problem }) => ({
          name,
          file: stored ? presentUpload(stored) : null,
          problem: problem
            ? { status: problem.status, code: problem.code, detail: problem.detail }
            : null,
        }));
        return c.json({ items }, 200);
      },
    )
    .openapi(
      createRoute({
        method: "put",
        path: "/projects/{projectId}/files/{name}",
        ...guard(inProject("editor"), "file.uploaded", { keyed: false }),
        tags,
        summary: "Store bytes under a name; the same bytes again change nothing",
        request: { params: nameParams },
        requestBody: { required: true, content: { "application/octet-stream": anyBytes } },
        responses: {
          200: jsonAnswer(uploadedFile, "A new version, or the same bytes as before"),
          201: jsonAnswer(uploadedFile, "A new file"),
        },
      }),
      async (c) => {
        const { body } = c.req.raw;
        if (!body) throw fileEmpty();
        const { name } = c.req.valid("param");
        const stored = await storeFile(c.get("ctx"), c.get("project"), name, body);
        const answer = presentUpload(stored);
        return stored.outcome === "created" ? c.json(answer, 201) : c.json(answer, 200);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/projects/{projectId}/files/{fileId}",
        ...guard(inProject("viewer"), null),
        tags,
        summary: "One file with the state of its newest version",
        request: { params: fileParams },
        responses: { 200: jsonAnswer(file, "The file") },
      }),
      async (c) => {
        const { fileId } = c.req.valid("param");
        return c.json(presentFile(await getFile(c.get("ctx"), c.get("project"), fileId)), 200);
      },
    )
    .openapi(
      createRoute({
        method: "delete",
        path: "/projects/{projectId}/files/{fileId}",
        ...guard(inProject("editor"), "file.deleted"),
        tags,
        summary: "Delete a file; it can be restored within the restore window",
        request: { params: fileParams },
        responses: { 204: { description: "Deleted" } },
      }),
      async (c) => {
        await deleteFile(c.get("ctx"), c.get("project"), c.req.valid("param").fileId);
        return c.body(null, 204);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/projects/{projectId}/files/{fileId}/restore",
        ...guard(inProject("editor"), "file.restored"),
        tags,
        summary: "Restore a deleted file",
        request: { params: fileParams },
        responses: { 200: jsonAnswer(file, "The file") },
      }),
      async (c) => {
        const { fileId } = c.req.valid("param");
        return c.json(presentFile(await restoreFile(c.get("ctx"), c.get("project"), fileId)), 200);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/projects/{projectId}/files/{fileId}/retry",
        ...guard(inProject("editor"), "file.retried"),
        tags,
        summary: "Read a failed file again",
        request: { params: fileParams },
        responses: { 200: jsonAnswer(file, "The file") },
      }),
      async (c) => {
        const { fileId } = c.req.valid("param");
        return c.json(presentFile(await retryFile(c.get("ctx"), c.get("project"), fileId)), 200);
      },
    );
}

import { jsonAnswer } from "../../platform/http/json.ts";
import { createRoute, guard, guardRead, router } from "../../platform/http/route.ts";
import { inProject } from "../projects/index.ts";
import { downloadVersion } from "./download-version.ts";
import { presentVersion } from "./present-file.ts";
import { readText } from "./read-text.ts";
import { listVersions } from "./repo.ts";
import { reportStorage } from "./report-storage.ts";
import {
  fileParams,
  fileText,
  fileVersion,
  MAX_TEXT_UNITS,
  projectOnly,
  projectStorage,
  searchHits,
  searchQuery,
  textQuery,
  versionPage,
  versionParams,
} from "./schema.ts";
import { searchProject } from "./search/search-project.ts";
import { getFile, getVersion } from "./service.ts";

const tags = ["knowledge"];

/** Contents of files: versions, their text and bytes, and search. */
export function contentRoutes() {
  return router()
    .openapi(
      createRoute({
        method: "get",
        path: "/projects/{projectId}/files/{fileId}/versions",
        ...guard(inProject("viewer"), null),
        tags,
        summary: "Versions of a file, newest first",
        request: { params: fileParams },
        responses: { 200: jsonAnswer(versionPage, "The versions") },
      }),
      async (c) => {
        const ctx = c.get("ctx");
        const found = await getFile(ctx, c.get("project"), c.req.valid("param").fileId);
        const rows = await listVersions(ctx.db, found.file.id);
        const items = rows.map((row) => presentVersion(found.file, row));
        return c.json({ items, nextCursor: null }, 200);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/projects/{projectId}/file-versions/{versionId}",
        ...guard(inProject("viewer"), null),
        tags,
        summary: "One version of a file",
        request: { params: versionParams },
        responses: { 200: jsonAnswer(fileVersion, "The version") },
      }),
      async (c) => {
        const { versionId } = c.req.valid("param");
        const found = await getVersion(c.get("ctx"), c.get("project"), versionId);
        return c.json(presentVersion(found.file, found.version), 200);
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/projects/{projectId}/file-versions/{versionId}/text",
        ...guardRead(inProject("viewer"), "file.downloaded", "file_version"),
        tags,
        summary: `Its text between two offsets, at most ${MAX_TEXT_UNITS} code units at once`,
        request: { params: versionParams, query: textQuery },
        responses: { 200: jsonAnswer(fileText, "The text") },
      }),
      async (c) => {
        const { start, end = Number.MAX_SAFE_INTEGER } = c.req.valid("query");
        const part = await readText(
          c.get("ctx"),
          c.get("project"),
          c.req.valid("param").versionId,
          {
            start,
            end: Math.min(end, start + MAX_TEXT_UNITS),
          },
        );
        return c.json(
          {
            fileId: part.file.id,
            fileVersionId: part.version.id,
            fileName: part.file.name,
            start: part.start,
            end: part.end,
            textLength: part.version.textLength ?? 0,
            text: part.text,
            pageStarts: part.version.pageStarts ?? [],
          },
          200,
        );
      },
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/projects/{projectId}/file-versions/{versionId}/content",
        ...guardRead(inProject("viewer"), "file.downloaded", "file_version"),
        tags,
        summary: "Its bytes as they were uploaded, to be saved",
        request: { params: versionParams },
        responses: {
          200: { description: "The bytes", content: { "application/octet-stream": {} } },
        },
      }),
      (c) => downloadVersion(c.get("ctx"), c.get("project"), c.req.valid("param").versionId),
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/projects/{projectId}/storage",
        ...guard(inProject("viewer"), null),
        tags,
        summary: "Storage used by the files of a project, and the limits",
        request: { params: projectOnly },
        responses: { 200: jsonAnswer(projectStorage, "Usage and limits") },
      }),
      async (c) => c.json(await reportStorage(c.get("ctx"), c.get("project")), 200),
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/projects/{projectId}/search",
        ...guard(inProject("viewer"), null),
        tags,
        summary: "Search the files of a project; best passages first",
        request: { params: projectOnly, query: searchQuery },
        responses: { 200: jsonAnswer(searchHits, "Ranked passages") },
      }),
      async (c) => {
        const { q, limit } = c.req.valid("query");
        const items = await searchProject(c.get("ctx"), c.get("project"), q, limit);
        return c.json({ items }, 200);
      },
    );
}

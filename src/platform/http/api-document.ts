import type { OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "./hono-env.ts";
import { problemDocument } from "./problem.ts";
import { refusals } from "./refusals.ts";

const DESCRIPTION = `
Sign in with the browser's session cookie, or send an API key: \`Authorization: Bearer atl_…\`.

- Every refusal is an \`application/problem+json\` document (RFC 9457) with a stable \`code\`.
- Times are RFC 3339 in UTC, ids UUIDs, money whole micro-USD, sizes bytes.
- Lists answer \`nextCursor\`; send it back as \`cursor\` for the next page.
- What can be changed by several people carries an \`ETag\`; send it back as \`If-Match\`, and a lost update is refused with 412.
- A JSON write with an \`Idempotency-Key\` header can be repeated for a day: it has one effect and the same answer. Answers that hold a secret are not kept.
- \`RateLimit\` tells what is left of the minute; a 429 says in \`Retry-After\` how long to wait.
- What you may not see is 404, not 403.
`.trim();

const METHODS = ["get", "put", "post", "delete", "patch"] as const;
export type ApiDocument = ReturnType<OpenAPIHono<AppEnv>["getOpenAPI31Document"]>;

/** The OpenAPI document: the routes' own definitions, and what applies to all of them. */
export function describeApi(api: OpenAPIHono<AppEnv>): ApiDocument {
  registerShared(api);
  const document = api.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Atelier", version: "1", description: DESCRIPTION },
  });
  for (const [path, item] of Object.entries(document.paths ?? {})) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation === undefined) continue;
      operation.operationId ??= operationId(method, path);
      operation.responses = { ...operation.responses, ...refusalsOf(method, path, operation) };
    }
  }
  return document;
}

/** Bun refuses an oversized request line or header itself, before any handler, with an empty body. */
const OVERSIZED_HEAD = { description: "The URL and headers exceed 16 KB; the answer is empty" };

/** The document as programs read it: refusals, which most operations share, are stated once, as components. */
export function withSharedRefusals(document: ApiDocument): ApiDocument {
  const responses: NonNullable<ApiDocument["components"]>["responses"] = {};
  const paths = structuredClone(document.paths ?? {});
  for (const item of Object.values(paths)) {
    for (const method of METHODS) {
      const own = item[method]?.responses ?? {};
      for (const status of Object.keys(own).filter((status) => /^[45]/.test(status))) {
        const name = `Refusal${status}`;
        responses[name] ??= own[status];
        if (Bun.deepEquals(responses[name], own[status]))
          own[status] = { $ref: `#/components/responses/${name}` };
      }
    }
  }
  return { ...document, paths, components: { ...document.components, responses } };
}

type Item = NonNullable<ApiDocument["paths"]>[string];
type Operation = NonNullable<Item["get"]>;

/**
 * The refusals that follow from an operation's access rule, parameters and method. A route adds its own with
 * {@link refusals}. No response is undocumented: the tests check every status they see against this.
 */
function refusalsOf(method: (typeof METHODS)[number], path: string, operation: Operation) {
  const writes = method !== "get";
  const body = operation.requestBody !== undefined;
  const isPublic = operation.security?.length === 0;
  const rule = String(Reflect.get(operation, "x-access") ?? "");
  const takesInput = body || path.includes("{") || (operation.parameters?.length ?? 0) > 0;
  const statuses = [
    // A body is validated wherever one is sent, even where none is expected.
    ...(writes ? [400, 413, 415] : []),
    // An invalid API key is refused on every route.
    401,
    ...(writes || !isPublic ? [403] : []),
    // Resources that a caller may not see are 404, including workspace administration.
    ...(path.includes("{") || path.includes("/admin/") || rule.startsWith("admin") ? [404] : []),
    ...(writes ? [409] : []),
    ...(method === "patch" ? [412] : []),
    ...(writes || takesInput ? [422] : []),
    ...[421, 429, 500, 503],
    ...(writes ? [507] : []),
  ];
  return { ...refusals(...statuses), 431: OVERSIZED_HEAD };
}

function registerShared(api: OpenAPIHono<AppEnv>): void {
  api.openAPIRegistry.register("Problem", problemDocument);
  api.openAPIRegistry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: "atelier_session",
  });
  api.openAPIRegistry.registerComponent("securitySchemes", "key", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "atl_…",
  });
}

/** For example `get_projects_projectId_members`: stable as long as the path is. */
function operationId(method: string, path: string): string {
  const words = path.replace("/api/v1/", "").split(/[^A-Za-z0-9]+/);
  return [method, ...words.filter((word) => word !== "")].join("_");
}

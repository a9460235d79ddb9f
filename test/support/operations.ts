import { z } from "zod";
import type { TestApp } from "./app.ts";

const operation = z.looseObject({
  "x-access": z.string().optional(),
  "x-access-who": z.string().optional(),
  "x-audit": z.string().nullable().optional(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  summary: z.string(),
  responses: z.record(z.string(), z.unknown()),
  requestBody: z
    .object({ content: z.record(z.string(), z.object({ schema: z.unknown().optional() })) })
    .loose()
    .optional(),
  parameters: z
    .array(z.looseObject({ name: z.string(), in: z.enum(["path", "query", "header", "cookie"]) }))
    .default([]),
});
const document = z.object({ paths: z.record(z.string(), z.record(z.string(), operation)) });

const BASE = "/api/v1";

/** One thing that the API does, as its OpenAPI document tells it. */
export interface Operation {
  /** Such as `GET /projects/{projectId}`: the key of its sample. */
  readonly name: string;
  readonly method: string;
  readonly access: string | undefined;
  /** The rule in a sentence. */
  readonly who: string | undefined;
  /** Whether it says that it takes API keys. */
  readonly takesKeys: boolean;
  readonly audit: string | null | undefined;
  /** The status of success. */
  readonly success: number;
  /** Whether it takes a JSON body. */
  readonly takesJson: boolean;
  /** Whether its body is the bytes of a file, whatever their type. */
  readonly takesBytes: boolean;
  /** Whether it takes a multipart form. */
  readonly takesForm: boolean;
  readonly query: string[];
}

/** Who may call an operation, of the people in a cast. */
export function permittedRole({ access }: Pick<Operation, "access">): "admin" | "owner" {
  return access?.startsWith("admin") ? "admin" : "owner";
}

/** Every operation of the API, from the document that the application itself serves. */
export async function readOperations(app: TestApp): Promise<Operation[]> {
  const response = await app.app.request("/api/openapi.json");
  const { paths } = document.parse(await response.json());
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, found]) => ({
      name: `${method.toUpperCase()} ${path.slice(BASE.length)}`,
      method: method.toUpperCase(),
      access: found["x-access"],
      who: found["x-access-who"],
      takesKeys: found.security.some((scheme) => "key" in scheme),
      audit: found["x-audit"],
      success: Number(Object.keys(found.responses).find((status) => status.startsWith("2"))),
      takesJson: found.requestBody?.content["application/json"] !== undefined,
      takesBytes: found.requestBody?.content["application/octet-stream"] !== undefined,
      takesForm: found.requestBody?.content["multipart/form-data"] !== undefined,
      query: found.parameters.filter((p) => p.in === "query").map((p) => p.name),
    })),
  );
}

/** The same names from the router: what is mounted without being in the document shows here. */
export function mountedOperations(app: TestApp): string[] {
  const mounted = app.app.routes
    .filter(({ method, path }) => method !== "ALL" && path.startsWith(`${BASE}/`))
    .map(
      ({ method, path }) =>
        `${method} ${path.slice(BASE.length).replace(/:(\w+)(\{[^}]*\})?/g, "{$1}")}`,
    );
  return [...new Set(mounted)].sort();
}

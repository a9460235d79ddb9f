/**
 * Writes `docs/openapi.json`, the OpenAPI document that the application serves, so that a review sees what a change
 * does to the API; and from it `web/lib/api-schema.ts`, the operations and schemas as types for the web's client.
 * Run it after each change of a route or a schema; test/app/api-docs.test.ts fails while a file is outdated. With
 * `--check` it writes nothing and exits 1 then.
 */
import { join } from "node:path";
import { plugin } from "bun";
import ts from "typescript-5";
import { z } from "zod";

const ROOT = join(import.meta.dir, "..");
/** Base path of the API; the client's paths are relative to it. */
const BASE = "/api/v1";
const HEAD =
  "// Written by scripts/write-api-types.ts from the OpenAPI document; not to be edited.\n\n";

// The generator prints through the compiler's JavaScript API, which TypeScript 7 does not have.
plugin({
  name: "typescript-5",
  setup: (build) => {
    build.module("typescript", () => ({ exports: { default: ts }, loader: "object" }));
  },
});

const operation = z.looseObject({ responses: z.record(z.string(), z.unknown()) });
const document = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ responses: z.unknown() }),
});

/** The text of each written file for an OpenAPI document. Throws when it is not one. */
export async function apiFiles(openApi: unknown): Promise<Record<string, string>> {
  return {
    "docs/openapi.json": `${JSON.stringify(openApi, null, 2)}\n`,
    "web/lib/api-schema.ts": await apiTypes(openApi),
  };
}

async function apiTypes(openApi: unknown): Promise<string> {
  const { default: openapiTS, astToString } = await import("openapi-typescript");
  const nodes = await openapiTS(JSON.stringify(forClient(openApi)), {
    // A request may omit fields with a default; a response always has them.
    defaultNonNullable: false,
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
  });
  return HEAD + astToString(nodes.map(allowUndefined));
}

/** The document for the client: paths below the base; one problem schema for every refusal. */
function forClient(openApi: unknown): unknown {
  const { paths, components, ...rest } = document.parse(openApi);
  const below = Object.entries(paths).map(([path, methods]) => [
    path.startsWith(BASE) ? path.slice(BASE.length) : path,
    Object.fromEntries(
      Object.entries(methods).map(([method, found]) => [
        method,
        { ...found, responses: withoutRefusals(found.responses) },
      ]),
    ),
  ]);
  return {
    ...rest,
    paths: Object.fromEntries(below),
    components: { ...components, responses: undefined },
  };
}

function withoutRefusals(responses: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(responses).filter(([status]) => !/^[45]/.test(status));
  const problem = { schema: { $ref: "#/components/schemas/Problem" } };
  return {
    ...Object.fromEntries(kept),
    default: { description: "A problem", content: { "application/problem+json": problem } },
  };
}

/** Optional fields may be undefined too: neither a query nor JSON makes a difference. */
function allowUndefined(node: ts.Node): ts.Node {
  const { factory } = ts;
  const visit = (found: ts.Node): ts.Node => {
    const inner = ts.visitEachChild(found, visit, undefined);
    if (!ts.isPropertySignature(inner) || !inner.questionToken || !inner.type) return inner;
    if (inner.type.kind === ts.SyntaxKind.NeverKeyword) return inner;
    const undefinedType = factory.createKeywordTypeNode(ts.SyntaxKind.UndefinedKeyword);
    return factory.updatePropertySignature(
      inner,
      inner.modifiers,
      inner.name,
      inner.questionToken,
      factory.createUnionTypeNode([inner.type, undefinedType]),
    );
  };
  return ts.visitNode(node, visit);
}

if (import.meta.main) {
  const { createTestApp } = await import("../test/support/app.ts");
  const { stopOwnServer } = await import("../test/support/database.ts");
  const app = await createTestApp();
  const served = await app.app.request("/api/openapi.json");
  const files = await apiFiles(await served.json());
  await app.close();
  await stopOwnServer();
  for (const [path, text] of Object.entries(files)) {
    const file = Bun.file(join(ROOT, path));
    if (!process.argv.includes("--check")) await file.write(text);
    else if (!(await file.exists()) || text !== (await file.text())) {
      console.error(`${path} is not what the API says; run scripts/bun scripts/write-api-types.ts`);
      process.exitCode = 1;
    }
  }
}

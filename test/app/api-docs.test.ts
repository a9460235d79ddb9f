import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import { z } from "zod";
import { apiFiles } from "../../scripts/write-api-types.ts";
import { createTestApp, type TestApp } from "../support/app.ts";
import { readOperations } from "../support/operations.ts";

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

const operation = z.looseObject({
  operationId: z.string(),
  tags: z.tuple([z.string().min(1)]),
  summary: z.string().min(1),
  "x-access": z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  responses: z.record(z.string(), z.looseObject({ $ref: z.string().optional() })),
});

test("every operation has an id of its own, a chapter and a summary, says how to sign in and what a refusal looks like", async () => {
  const text = await (await app.app.request("/api/openapi.json")).text();
  const { paths, components } = z
    .looseObject({
      paths: z.record(z.string(), z.record(z.string(), operation)),
      components: z.looseObject({
        schemas: z.record(z.string(), z.unknown()),
        securitySchemes: z.record(z.string(), z.unknown()),
        responses: z.record(
          z.string(),
          z.looseObject({ content: z.record(z.string(), z.unknown()).optional() }),
        ),
      }),
    })
    .parse(JSON.parse(text));
  const all = Object.values(paths).flatMap((methods) => Object.values(methods));
  expect(new Set(all.map(({ operationId }) => operationId)).size).toBe(all.length);
  for (const { "x-access": access, security, responses } of all) {
    expect([access, security.length > 0]).toEqual([access, access !== "anyone"]);
    const refused = Object.entries(responses).filter(([status]) => /^[45]/.test(status));
    expect(refused.map(([status]) => status)).toEqual(
      expect.arrayContaining(["401", "429", "503"]),
    );
    for (const [status, { $ref }] of refused)
      expect($ref).toBe(`#/components/responses/Refusal${status}`);
  }
  for (const [name, { content }] of Object.entries(components.responses))
    expect([name, ...Object.keys(content ?? {})]).toEqual(
      name === "Refusal431" ? [name] : [name, "application/problem+json"],
    );
  expect(Object.keys(components.securitySchemes).sort()).toEqual(["key", "session"]);
  const references = [...text.matchAll(/#\/components\/(schemas|responses)\/(\w+)/g)];
  for (const [, kind, name] of references)
    expect(Object.keys(kind === "schemas" ? components.schemas : components.responses)).toContain(
      name ?? "",
    );
});

test("a URL or header that is too long is answered by the HTTP server: 431 without a body, as documented", async () => {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: app.app.fetch });
  const long = "a".repeat(20_000);
  const answers = await Promise.all([
    fetch(`${server.url}api/v1/projects/${long}`),
    fetch(`${server.url}api/v1/projects`, { headers: { "x-long": long } }),
  ]);
  const bodies = await Promise.all(answers.map((answer) => answer.text()));
  await server.stop(true);
  expect(answers.map(({ status }) => status)).toEqual([431, 431]);
  expect(bodies).toEqual(["", ""]);
});

test("a named schema is never null itself; where it may be missing, the place says so", async () => {
  const { components } = z
    .looseObject({
      components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
    })
    .parse(await (await app.app.request("/api/openapi.json")).json());
  const usage = { $ref: "#/components/schemas/TokenUsage" };
  expect(components.schemas.TokenUsage).toMatchObject({ type: "object" });
  expect(components.schemas.Generation).toMatchObject({
    properties: { usage: { oneOf: [usage, { type: "null" }] } },
  });
  expect(components.schemas.UsageTotals).toMatchObject({ properties: { usage } });
  for (const [name, schema] of Object.entries(components.schemas))
    expect([name, [schema.type].flat()]).not.toEqual([name, expect.arrayContaining(["null"])]);
});

test("docs/openapi.json and the types of the web's client say what the API does: scripts/bun scripts/write-api-types.ts", async () => {
  const served = await (await app.app.request("/api/openapi.json")).json();
  for (const [path, text] of Object.entries(await apiFiles(served))) {
    const written = await Bun.file(join(import.meta.dir, "..", "..", path)).text();
    // The first different line, since the difference of two such texts is too long to read.
    const lines = text.split("\n");
    const different = written.split("\n").findIndex((line, index) => line !== lines[index]);
    expect([path, lines[different]]).toEqual([path, undefined]);
    expect(lines.length).toBe(written.split("\n").length);
  }
});

test("the page for people lists every operation and runs no script", async () => {
  const response = await app.app.request("/api/docs");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  const page = await response.text();
  for (const { name, who } of await readOperations(app)) {
    const [method, path] = name.split(" ");
    expect(page).toContain(`<b>${method}</b> /api/v1${path}</code>`);
    const sentence = who?.replace(/'/g, "&#39;").replace(/`(\w+)`/g, "<code>$1</code>");
    expect(page).toContain(`Who: ${sentence}`);
  }
  expect(page).not.toMatch(/<script|<style| on\w+=|style=/);
  for (const [, target] of page.matchAll(/href="#([^"]+)"/g))
    expect(page).toContain(`id="${target}"`);
  expect((await app.app.request("/api/docs.css")).headers.get("content-type")).toContain(
    "text/css",
  );
});

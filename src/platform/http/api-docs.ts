import { Hono } from "hono";
import { z } from "zod";
import type { ApiDocument } from "./api-document.ts";

const operation = z.looseObject({
  operationId: z.string(),
  summary: z.string().default(""),
  description: z.string().default(""),
  tags: z.array(z.string()).default(["other"]),
  "x-access-who": z.string(),
  "x-audit": z.string().nullable(),
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        in: z.string(),
        required: z.boolean().default(false),
        schema: z.unknown(),
      }),
    )
    .default([]),
  requestBody: z.looseObject({ content: z.record(z.string(), z.unknown()) }).optional(),
  responses: z.record(z.string(), z.looseObject({ description: z.string() })),
});
type Operation = z.output<typeof operation> & { method: string; path: string };

/**
 * The API reference as a page for people, at `/api/docs`: plain HTML without scripts, so that the same content
 * security policy applies.
 */
export function apiDocs(document: () => ApiDocument): Hono {
  let page: string | undefined;
  return new Hono()
    .get("/api/docs", (c) => {
      page ??= render(document());
      return c.html(page, 200, { "cache-control": "no-cache" });
    })
    .get("/api/docs.css", (c) =>
      c.body(STYLE, 200, { "content-type": "text/css", "cache-control": "no-cache" }),
    );
}

function render(document: ApiDocument): string {
  const operations: Operation[] = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item).map(([method, found]) => ({
      ...operation.parse(found),
      method: method.toUpperCase(),
      path,
    })),
  );
  const tags = [...new Set(operations.map(({ tags: [tag = "other"] }) => tag))];
  const schemas = Object.entries(document.components?.schemas ?? {});
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Atelier API</title><link rel="stylesheet" href="/api/docs.css">
</head>
<body>
<nav aria-label="Contents"><ul>
${[...tags, "schemas"].map((tag) => `<li><a href="#${html(tag)}">${html(tag)}</a></li>`).join("")}
</ul></nav>
<main>
<h1>Atelier API</h1>
<p>For programs: <a href="/api/openapi.json">openapi.json</a> (OpenAPI 3.1).</p>
${prose(document.info.description ?? "")}
${tags.map((tag) => section(tag, operations)).join("\n")}
<section><h2 id="schemas">schemas</h2>
${schemas.map(([name, schema]) => `<details id="${html(name)}"><summary><code>${html(name)}</code></summary>${code(schema)}</details>`).join("\n")}
</section>
</main>
</body>
</html>`;
}

function section(tag: string, operations: Operation[]): string {
  const own = operations.filter(({ tags: [first] }) => first === tag);
  return `<section><h2 id="${html(tag)}">${html(tag)}</h2>\n${own.map(describe).join("\n")}</section>`;
}

function describe(found: Operation): string {
  const parameters = found.parameters.map(
    ({ name, in: where, required, schema }) =>
      `<tr><th scope="row"><code>${html(name)}</code></th><td>${html(where)}${required ? ", required" : ""}</td><td>${code(schema)}</td></tr>`,
  );
  return `<details id="${html(found.operationId)}">
<summary><code><b>${found.method}</b> ${html(found.path)}</code> <span>${html(found.summary)}</span></summary>
${found.description === "" ? "" : `<p>${html(found.description)}</p>`}
<p>Who: ${inline(found["x-access-who"])}${found["x-audit"] === null ? "" : ` Recorded as <code>${html(found["x-audit"])}</code>.`}</p>
${parameters.length === 0 ? "" : `<table><caption>Parameters</caption><tbody>${parameters.join("")}</tbody></table>`}
${found.requestBody === undefined ? "" : `<h3>Body</h3>${code(found.requestBody.content)}`}
<h3>Answers</h3>${code(successes(found))}
<ul>${refusalItems(found)}</ul>
</details>`;
}

function successes({ responses }: Operation): object {
  return Object.fromEntries(Object.entries(responses).filter(([status]) => !isRefusal(status)));
}

function refusalItems({ responses }: Operation): string {
  return Object.entries(responses)
    .filter(([status]) => isRefusal(status))
    .map(([status, { description }]) => `<li><b>${status}</b> ${inline(description)}</li>`)
    .join("");
}

const isRefusal = (status: string) => /^[45]/.test(status);

/** JSON in which each schema reference is a link. */
function code(value: unknown): string {
  const text = html(JSON.stringify(value, null, 2) ?? "");
  const linked = text.replace(
    /#\/components\/schemas\/(\w+)/g,
    (_, name: string) => `<a href="#${name}">${name}</a>`,
  );
  return `<pre tabindex="0">${linked}</pre>`;
}

function inline(line: string): string {
  return html(line).replace(/`([^`]+)`/g, "<code>$1</code>");
}

/** Paragraphs and lists, with `code`: all that the description uses of Markdown. */
function prose(text: string): string {
  return text
    .split("\n\n")
    .map((block) =>
      block.startsWith("- ")
        ? `<ul>${block
            .split("\n")
            .map((line) => `<li>${inline(line.slice(2))}</li>`)
            .join("")}</ul>`
        : `<p>${inline(block)}</p>`,
    )
    .join("\n");
}

function html(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}

const STYLE = `
:root { color-scheme: light dark; background: light-dark(#fff, #121212); color: light-dark(#111, #f2f2f2); font: 16px/1.55 system-ui, sans-serif; }
body { margin: 0; display: grid; grid-template-columns: 13rem minmax(0, 1fr); }
nav { position: sticky; inset-block-start: 0; block-size: 100vh; overflow: auto; padding: 1rem; box-sizing: border-box; border-inline-end: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
nav ul { list-style: none; margin: 0; padding: 0; } nav a { display: block; padding-block: .2rem; text-decoration: none; }
main { padding: 1rem 2rem 4rem; max-inline-size: 60rem; }
a { color: light-dark(#1a56c4, #8ab4f8); }
details { border: 1px solid color-mix(in srgb, currentColor 15%, transparent); border-radius: .5rem; margin-block: .5rem; padding: .5rem .75rem; }
summary { cursor: pointer; } summary span { display: block; padding-inline-start: 1.1rem; opacity: .85; }
pre { overflow: auto; max-block-size: 24rem; padding: .75rem; border-radius: .4rem; background: color-mix(in srgb, currentColor 6%, transparent); font-size: .85rem; }
code { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
table { border-collapse: collapse; inline-size: 100%; } th, td { text-align: start; vertical-align: top; padding: .25rem .5rem; }
caption { text-align: start; font-weight: 600; }
td pre { margin: 0; padding: .25rem .5rem; }
@media (max-width: 45rem) { body { display: block; } nav { position: static; block-size: auto; border: 0; } nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; } main { padding: 1rem; } }
`;

import { z } from "zod";

/** What the build says of the front end's pages, in `manifest.json`. */
const manifest = z.object({
  /** Names of the scripts that every page needs. */
  modules: z.array(z.string()).default([]),
  pages: z.array(
    z.object({
      /** A path pattern, such as `/threads/:threadId`. */
      path: z.string(),
      /** Names of the scripts under `/assets` that the page needs beside the first ones. */
      scripts: z.array(z.string()),
      /** Names of scripts that the page can be drawn without. */
      later: z.array(z.string()).default([]),
      /** Paths below `/api/v1` that the page asks for at once. */
      reads: z.array(z.string()),
    }),
  ),
});

/** Ids and names of tabs: nothing that could end the address, or that would have to be escaped. */
const SAFE = /^[\w-]+$/;

/**
 * The `Link` header (RFC 8288, HTML "preload" and "modulepreload") of a page: its code and its first answers of the
 * API, in the order in which they are wanted; over HTTP/1.1 browsers ask for six at once. Undefined for a path
 * without a page.
 */
export function preloadLinks(built: unknown, path: string): string | undefined {
  const { modules, pages } = manifest.parse(built);
  for (const page of pages) {
    const groups = new URLPattern({ pathname: page.path }).exec({ pathname: path })?.pathname
      .groups;
    if (groups === undefined) continue;
    const values = Object.values(groups);
    const reads = values.every((value) => value === undefined || SAFE.test(value))
      ? page.reads.map((read) => read.replace(/:(\w+)/g, (_, name: string) => groups[name] ?? ""))
      : [];
    return [
      ...modules.map((name) => `</assets/${name}>; rel=modulepreload`),
      ...reads.map((read) => `</api/v1${read}>; rel=preload; as=fetch; crossorigin=anonymous`),
      ...page.scripts.map((name) => `</assets/${name}>; rel=modulepreload`),
      ...page.later.map((name) => `</assets/${name}>; rel=modulepreload; fetchpriority=low`),
    ].join(", ");
  }
  return undefined;
}

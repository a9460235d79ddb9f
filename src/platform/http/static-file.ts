import type { Context } from "hono";

const ENCODINGS = [
  { name: "br", suffix: ".br" },
  { name: "gzip", suffix: ".gz" },
] as const;

/** Serves a file, precompressed where the build made such a copy and the client accepts it. */
export async function negotiate(c: Context, path: string, cacheControl: string): Promise<Response> {
  const accepted = c.req.header("accept-encoding") ?? "";
  const headers: Record<string, string> = {
    "cache-control": cacheControl,
    "content-type": Bun.file(path).type,
    vary: "accept-encoding",
  };
  for (const { name, suffix } of ENCODINGS) {
    if (!accepted.includes(name)) continue;
    const copy = Bun.file(path + suffix);
    if (await copy.exists())
      return c.body(copy.stream(), 200, { ...headers, "content-encoding": name });
  }
  const file = Bun.file(path);
  if (!(await file.exists())) return c.notFound();
  return c.body(file.stream(), 200, headers);
}

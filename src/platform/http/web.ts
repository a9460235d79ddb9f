import { existsSync } from "node:fs";
import { join } from "node:path";
import { Hono } from "hono";
import { preloadLinks } from "./preload-links.ts";
import { negotiate } from "./static-file.ts";

const FOLDER = join(import.meta.dir, "..", "..", "..", "dist", "web");
const YEAR = "public, max-age=31536000, immutable";

/**
 * The front end as built by `scripts/build-web`: hashed assets cached forever, the HTML shell never. Unknown
 * paths get the shell, whose router decides; the page's code and data are named in its `Link` header.
 */
export function webRoutes(folder: string = FOLDER) {
  return new Hono()
    .get("/assets/:name{[\\w.-]+}", async (c) => {
      const path = join(folder, "assets", c.req.param("name"));
      if (!existsSync(path)) return c.notFound();
      return negotiate(c, path, YEAR);
    })
    .get("/favicon.svg", (c) => negotiate(c, join(folder, "favicon.svg"), "public, max-age=86400"))
    .get("*", async (c) => {
      if (c.req.path.startsWith("/api/")) return c.notFound();
      const shell = join(folder, "index.html");
      if (!existsSync(shell))
        return c.text("The front end has not been built: run ./scripts/start", 503);
      const manifest = Bun.file(join(folder, "manifest.json"));
      const links = (await manifest.exists())
        ? preloadLinks(await manifest.json(), c.req.path)
        : undefined;
      if (links !== undefined) c.header("link", links);
      return negotiate(c, shell, "no-cache");
    });
}

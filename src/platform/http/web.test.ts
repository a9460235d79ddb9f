import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { webRoutes } from "./web.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "atelier-web-"));
  mkdirSync(join(folder, "assets"));
  const files = {
    "index.html": "<title>shell</title>",
    "index.html.br": "shell as brotli",
    "favicon.svg": "<svg/>",
    "assets/main-1a2b.js": "plain",
    "assets/main-1a2b.js.gz": "as gzip",
    "assets/main-1a2b.js.br": "as brotli",
    "assets/small-3c4d.js": "small",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function get(path: string, encodings?: string) {
  const answer = await webRoutes(folder).request(path, {
    headers: encodings === undefined ? {} : { "accept-encoding": encodings },
  });
  return {
    status: answer.status,
    type: answer.headers.get("content-type")?.split(";")[0],
    kept: answer.headers.get("cache-control"),
    encoding: answer.headers.get("content-encoding"),
    vary: answer.headers.get("vary"),
    text: await answer.text(),
  };
}

const YEAR = "public, max-age=31536000, immutable";

describe("an asset", () => {
  test("is cached for a year, since its name changes with its content", async () => {
    expect(await get("/assets/main-1a2b.js")).toEqual({
      status: 200,
      type: "text/javascript",
      kept: YEAR,
      encoding: null,
      vary: "accept-encoding",
      text: "plain",
    });
  });

  test("is compressed as the client accepts, brotli first", async () => {
    const sent = async (encodings: string) => {
      const { encoding, text, type, kept, vary } = await get("/assets/main-1a2b.js", encodings);
      expect([type, kept, vary]).toEqual(["text/javascript", YEAR, "accept-encoding"]);
      return [encoding, text];
    };
    expect(await sent("gzip, deflate, br")).toEqual(["br", "as brotli"]);
    expect(await sent("gzip")).toEqual(["gzip", "as gzip"]);
    expect(await sent("deflate")).toEqual([null, "plain"]);
  });

  test("without compressed copies comes as it is", async () => {
    expect(await get("/assets/small-3c4d.js", "br, gzip")).toMatchObject({
      encoding: null,
      text: "small",
    });
  });

  test("that does not exist is not answered with the page", async () => {
    expect((await get("/assets/gone-0000.js")).status).toBe(404);
    expect((await get("/assets/..%2Findex.html")).text).not.toContain("plain");
  });
});

describe("every other path", () => {
  test.each(["/", "/projects/1", "/threads/2?x=1"])(
    "%s gets the page, revalidated each time",
    async (path) => {
      expect(await get(path)).toMatchObject({
        status: 200,
        type: "text/html",
        kept: "no-cache",
        text: "<title>shell</title>",
      });
      expect((await get(path, "br")).encoding).toBe("br");
    },
  );

  test("except those of the API", async () => {
    expect((await get("/api/v1/nothing")).status).toBe(404);
  });

  test("the icon is cached for a day", async () => {
    expect(await get("/favicon.svg")).toMatchObject({
      type: "image/svg+xml",
      kept: "public, max-age=86400",
    });
  });
});

describe("the page's code and first answers", () => {
  const page = (path: string, reads: string[], more = {}) => ({
    path,
    scripts: ["page-5e6f.js"],
    reads,
    ...more,
  });
  const linksOf = async (path: string) =>
    (await webRoutes(folder).request(path)).headers.get("link");
  beforeAll(() => {
    const pages = [page("/threads/:threadId", ["/me", "/threads/:threadId"]), page("/a/:tab?", [])];
    writeFileSync(join(folder, "manifest.json"), JSON.stringify({ pages }));
  });
  afterAll(() => rmSync(join(folder, "manifest.json")));

  test("are named beside the page that needs them", async () => {
    expect(await linksOf("/threads/12-ab")).toBe(
      "</api/v1/me>; rel=preload; as=fetch; crossorigin=anonymous, " +
        "</api/v1/threads/12-ab>; rel=preload; as=fetch; crossorigin=anonymous, " +
        "</assets/page-5e6f.js>; rel=modulepreload",
    );
    expect(await linksOf("/a")).toBe("</assets/page-5e6f.js>; rel=modulepreload");
    expect(await linksOf("/a/b")).toBe("</assets/page-5e6f.js>; rel=modulepreload");
    expect(await linksOf("/elsewhere")).toBeNull();
    expect(await linksOf("/assets/main-1a2b.js")).toBeNull();
  });

  test("are asked for in the order in which they are wanted", async () => {
    const pages = [page("/threads/:threadId", ["/me"], { later: ["prose-7a8b.js"] })];
    const before = readFileSync(join(folder, "manifest.json"));
    writeFileSync(
      join(folder, "manifest.json"),
      JSON.stringify({ modules: ["main-1a2b.js"], pages }),
    );
    expect((await linksOf("/threads/12-ab"))?.split(", ")).toEqual([
      "</assets/main-1a2b.js>; rel=modulepreload",
      "</api/v1/me>; rel=preload; as=fetch; crossorigin=anonymous",
      "</assets/page-5e6f.js>; rel=modulepreload",
      "</assets/prose-7a8b.js>; rel=modulepreload; fetchpriority=low",
    ]);
    writeFileSync(join(folder, "manifest.json"), before);
  });

  test("take nothing from the path that could end the address", async () => {
    for (const segment of ['a>; rel="x", </evil', "a b", "%3E%2C"])
      expect(await linksOf(`/threads/${encodeURIComponent(segment)}`)).toBe(
        "</assets/page-5e6f.js>; rel=modulepreload",
      );
  });

  test("are not needed for the page itself", async () => {
    rmSync(join(folder, "manifest.json"));
    const answer = await webRoutes(folder).request("/threads/12-ab");
    expect([answer.status, answer.headers.get("link")]).toEqual([200, null]);
    writeFileSync(join(folder, "manifest.json"), JSON.stringify({ pages: [] }));
  });
});

test("a front end that was not built says how to build it", async () => {
  const answer = await webRoutes(join(folder, "nowhere")).request("/");
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain("./scripts/start");
  expect((await webRoutes(join(folder, "nowhere")).request("/favicon.svg")).status).toBe(404);
});

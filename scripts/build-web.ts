/**
 * Builds the front end into dist/web: hashed scripts and one hashed stylesheet under assets/, an index.html
 * that refers to them, and manifest.json. Assets of earlier builds stay, so that a page opened before a rollout
 * still finds its chunks. web/package.json declares the modules free of side effects: a page that imports
 * another feature's index.ts then loads only what it uses.
 */
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { PAGES } from "../web/pages.ts";

const root = join(import.meta.dir, "..");
const out = process.env.ATELIER_WEB_OUT ?? join(root, "dist/web");
const assets = join(out, "assets");
const watch = process.argv.includes("--watch");
const quiet = process.argv.includes("--quiet");
/** How long assets of earlier builds are kept: longer than a tab usually stays open without a reload. */
const keepDays = 30;

type Built = { path: string; gzip: number; entry: boolean };
type Manifest = {
  app: string;
  theme: string;
  style: string;
  /** The entry and its static imports. */
  modules: string[];
  /** What must load before the first screen works. */
  first: string[];
  /** Each page's other scripts, and what it asks of the API at once. */
  pages: { path: string; scripts: string[]; later: string[]; reads: string[] }[];
  assets: string[];
};

/** Bundles one set of entry points; throws with the bundler's messages. */
async function bundle(entrypoints: string[], splitting: boolean): Promise<Bun.BuildArtifact[]> {
  const result = await Bun.build({
    entrypoints,
    outdir: assets,
    target: "browser",
    format: splitting ? "esm" : "iife",
    splitting,
    minify: true,
    sourcemap: "none",
    naming: {
      entry: "[name]-[hash].[ext]",
      chunk: "[name]-[hash].[ext]",
      asset: "[name]-[hash].[ext]",
    },
    define: { "process.env.NODE_ENV": '"production"' },
  });
  return result.outputs;
}

/** Writes .gz and .br beside an asset and returns its gzip size in bytes. */
async function compress(path: string): Promise<number> {
  const bytes = new Uint8Array(await Bun.file(path).arrayBuffer());
  const gz = gzipSync(bytes, { level: 9 });
  await Bun.write(`${path}.gz`, gz);
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  await Bun.write(`${path}.br`, brotliCompressSync(bytes, { params: quality }));
  return gz.byteLength;
}

/** The chunks that the entry imports statically, including itself: what the first screen waits for. */
async function staticImports(entry: string): Promise<string[]> {
  const seen: string[] = [];
  const queue = [entry];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    if (seen.includes(name)) continue;
    seen.push(name);
    const source = await Bun.file(join(assets, name)).text();
    const transpiler = new Bun.Transpiler({ loader: "js" });
    for (const found of transpiler.scanImports(source)) {
      if (found.kind === "import-statement") queue.push(basename(found.path));
    }
  }
  return seen;
}

/** Removes assets not written by any build of the last `keepDays` days. */
async function dropOld(current: Set<string>): Promise<void> {
  const limit = Date.now() - keepDays * 86_400_000;
  for (const name of await readdir(assets)) {
    if (current.has(name.replace(/\.(gz|br)$/, ""))) continue;
    const path = join(assets, name);
    if ((await stat(path)).mtimeMs < limit) await rm(path);
  }
}

async function build(): Promise<void> {
  await mkdir(assets, { recursive: true });
  const app = await bundle([join(root, "web/main.tsx")], true);
  const theme = await bundle([join(root, "web/theme.ts")], false);
  const style = await bundle([join(root, "web/styles/index.css")], false);
  const built: Built[] = [];
  for (const output of [...app, ...theme, ...style]) {
    built.push({
      path: basename(output.path),
      gzip: await compress(output.path),
      entry: output.kind === "entry-point",
    });
  }
  const named = (pattern: RegExp): string => {
    const found = built.find((file) => file.entry && pattern.test(file.path));
    if (found) return found.path;
    const asset = built.find((file) => pattern.test(file.path));
    if (!asset) throw new Error(`no output matches ${pattern}`);
    return asset.path;
  };
  const manifest: Manifest = {
    app: named(/^main-.*\.js$/),
    theme: named(/^theme-.*\.js$/),
    style: named(/^index-.*\.css$/),
    modules: [],
    first: [],
    pages: [],
    assets: built.map((file) => file.path).sort(),
  };
  manifest.modules = await staticImports(manifest.app);
  manifest.first = [...manifest.modules, manifest.theme];
  const needed = async (module: string) =>
    (await staticImports(named(new RegExp(`^${module}-[^-]+\\.js$`)))).filter(
      (name) => !manifest.first.includes(name),
    );
  for (const { path, module, later, reads } of PAGES) {
    const scripts = await needed(module);
    const last = later === undefined ? [] : await needed(later);
    manifest.pages.push({
      path,
      scripts,
      later: last.filter((name) => !scripts.includes(name)),
      reads,
    });
  }
  const html = (await Bun.file(join(root, "web/index.html")).text())
    .replace("%THEME%", `/assets/${manifest.theme}`)
    .replace("%STYLE%", `/assets/${manifest.style}`)
    .replace(
      "%PRELOAD%",
      manifest.first
        .filter((name) => name !== manifest.app && name !== manifest.theme)
        .map((name) => `<link rel="modulepreload" href="/assets/${name}">`)
        .join("\n    "),
    )
    .replace("%APP%", `/assets/${manifest.app}`);
  await Bun.write(join(out, "favicon.svg"), Bun.file(join(root, "web/favicon.svg")));
  await Bun.write(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  // Last, so that the server never serves a page whose assets are not there yet.
  await Bun.write(join(out, "index.html"), html);
  await dropOld(new Set(manifest.assets));
  if (!quiet) report(built, manifest);
}

function report(built: Built[], manifest: Manifest): void {
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`.padStart(9);
  for (const file of [...built].sort((a, b) => b.gzip - a.gzip)) {
    const mark = manifest.first.includes(file.path) ? "first load" : "";
    console.log(`${kilobytes(file.gzip)}  ${file.path.padEnd(36)} ${mark}`);
  }
  const first = built.filter((file) => manifest.first.includes(file.path));
  const css = built.filter((file) => file.path.endsWith(".css"));
  const sum = (files: Built[]) => files.reduce((total, file) => total + file.gzip, 0);
  console.log(`first load, gzip: JavaScript ${kilobytes(sum(first))}, CSS ${kilobytes(sum(css))}`);
}

await build();
if (watch) {
  const { watch: watchFolder } = await import("node:fs");
  let timer: ReturnType<typeof setTimeout> | undefined;
  watchFolder(join(root, "web"), { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      build().catch((error: unknown) => console.error(error));
    }, 80);
  });
}

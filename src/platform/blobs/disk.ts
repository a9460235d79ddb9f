import { existsSync } from "node:fs";
import { mkdir, open, rename, rm, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Blobs } from "./blobs.ts";

/** Blobs as files below a folder: written to a temporary file, then renamed. */
export function diskBlobs(root: string): Blobs {
  return {
    async put(key, content) {
      const path = at(root, key);
      const draft = `${path}_${Bun.randomUUIDv7()}`;
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      try {
        await Bun.write(
          draft,
          new Response(content instanceof Uint8Array ? new Blob([content.slice()]) : content),
        );
        await sync(draft);
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
    async get(key) {
      const file = Bun.file(at(root, key));
      return (await file.exists()) ? file : null;
    },
    has: (key) => Bun.file(at(root, key)).exists(),
    async freeBytes() {
      await mkdir(root, { recursive: true, mode: 0o700 });
      const { bavail, bsize } = await statfs(root);
      return bavail * bsize;
    },
    delete: (key) => rm(at(root, key), { force: true }),
    async *list(prefix) {
      const folder = at(root, prefix);
      if (!existsSync(folder)) return;
      for await (const path of new Bun.Glob("**").scan({ cwd: folder, onlyFiles: true }))
        yield `${prefix}/${path}`;
    },
  };
}

/** fsync, so that acknowledged bytes survive a power failure. */
async function sync(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function at(root: string, key: string): string {
  if (!/^[\w-]+(\/[\w-]+)*$/.test(key)) throw new Error("Not a blob key");
  return join(root, key);
}

import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Blobs } from "./blobs.ts";
import { diskBlobs } from "./disk.ts";
import { s3Blobs } from "./s3.ts";

const folder = mkdtempSync(join(tmpdir(), "atelier-blobs-"));
const root = join(import.meta.dir, "..", "..", "..");
const endpoint = Bun.spawn(
  // Written for Node; under Bun it sometimes stores an upload as zero bytes.
  [
    Bun.which("node") ?? process.execPath,
    join(root, "test/ops/s3-endpoint.cjs"),
    join(folder, "s3"),
  ],
  { cwd: root, stdout: "pipe", stderr: "ignore" },
);
const port = new TextDecoder().decode((await endpoint.stdout.getReader().read()).value).trim();

const stores: Record<string, Blobs> = {
  disk: diskBlobs(join(folder, "disk")),
  s3: s3Blobs({
    bucket: "backups",
    endpoint: `http://127.0.0.1:${port}`,
    region: "us-east-1",
    accessKeyId: "S3RVER",
    secretAccessKey: "S3RVER",
  }),
};

afterAll(async () => {
  endpoint.kill();
  await endpoint.exited;
  rmSync(folder, { recursive: true, force: true });
});

let made = 0;
const newKey = () => `files/test/${made++}`;

/** Bytes without repetition, so that a missing or moved piece is detected. */
function bytesOf(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at++) bytes[at] = (at * 31 + (at >> 8) * 7) & 255;
  return bytes;
}

function streamOf(bytes: Uint8Array, options: { failAfter?: number } = {}) {
  let at = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      await Bun.sleep(0);
      if (options.failAfter !== undefined && at >= options.failAfter) {
        controller.error(new Error("the sender has gone"));
        return;
      }
      if (at >= bytes.length) {
        controller.close();
        return;
      }
      controller.enqueue(bytes.slice(at, at + 50_000));
      at += 50_000;
    },
  });
}

async function read(blobs: Blobs, key: string): Promise<Uint8Array | null> {
  const blob = await blobs.get(key);
  return blob === null ? null : new Uint8Array(await blob.arrayBuffer());
}

const same = (a: Uint8Array | null, b: Uint8Array) => a !== null && Buffer.compare(a, b) === 0;

for (const [name, blobs] of Object.entries(stores)) {
  for (const size of [0, 1, 50_000, 50_001, 6_000_000]) {
    test(`${name}: ${size} bytes come back as they were stored, at once and as a stream`, async () => {
      const bytes = bytesOf(size);
      const [atOnce, streamed] = [newKey(), newKey()];
      await blobs.put(atOnce, bytes);
      await blobs.put(streamed, streamOf(bytes));
      expect(same(await read(blobs, atOnce), bytes)).toBe(true);
      expect(same(await read(blobs, streamed), bytes)).toBe(true);
    });
  }

  test(`${name}: a key never stored or deleted does not exist; deleting it again succeeds`, async () => {
    const key = newKey();
    expect(await blobs.get(key)).toBeNull();
    expect(await blobs.has(key)).toBe(false);
    await blobs.delete(key);
    await blobs.put(key, bytesOf(10));
    expect(await blobs.has(key)).toBe(true);
    await blobs.delete(key);
    expect(await blobs.get(key)).toBeNull();
    expect(await blobs.has(key)).toBe(false);
    await blobs.delete(key);
  });

  for (const failAfter of [0, 100_000, 7_000_000]) {
    test(`${name}: a stream that fails after ${failAfter} bytes stores nothing and leaves the old content`, async () => {
      const [empty, full] = [newKey(), newKey()];
      await blobs.put(full, bytesOf(20));
      for (const key of [empty, full]) {
        const stored = blobs.put(key, streamOf(bytesOf(9_000_000), { failAfter }));
        expect(await stored.then(() => "stored").catch(() => "refused")).toBe("refused");
      }
      expect(await blobs.get(empty)).toBeNull();
      expect(same(await read(blobs, full), bytesOf(20))).toBe(true);
    });
  }

  test(`${name}: lists the keys below a prefix and no others`, async () => {
    const keys = Array.from({ length: 5 }, (_, n) => `listed/${name}-${n % 2}/${n}`);
    for (const key of keys) await blobs.put(key, bytesOf(10));
    await blobs.put(`listed-not/${name}`, bytesOf(10));
    expect((await Array.fromAsync(blobs.list("listed"))).sort()).toEqual(keys.sort());
    expect(await Array.fromAsync(blobs.list("nothing/here"))).toEqual([]);
  });

  test(`${name}: of concurrent writers exactly one wins, completely`, async () => {
    const key = newKey();
    const candidates = [1, 2, 3].map((n) => bytesOf(n * 100_000));
    await Promise.all(candidates.map((bytes) => blobs.put(key, streamOf(bytes))));
    const found = await read(blobs, key);
    expect(candidates.some((bytes) => same(found, bytes))).toBe(true);
  });
}

test("disk: failed writes leave no files behind, and stored files are readable by their owner only", async () => {
  const { disk } = stores;
  const key = newKey();
  await disk?.put(key, bytesOf(10));
  await disk?.put(key, streamOf(bytesOf(9_000_000), { failAfter: 100_000 })).catch(() => {});
  const beside = readdirSync(join(folder, "disk", "files", "test"));
  expect(beside.filter((name) => name.startsWith(key.split("/").at(-1) ?? ""))).toEqual([
    key.split("/").at(-1) ?? "",
  ]);
  expect(statSync(join(folder, "disk", "files")).mode & 0o777).toBe(0o700);
});

test("disk: temporary files of a crashed writer are listed, so that they can be removed", async () => {
  const { disk } = stores;
  const key = `died/${made++}`;
  await disk?.put(key, bytesOf(10));
  const draft = `${key}_${Bun.randomUUIDv7()}`;
  writeFileSync(join(folder, "disk", draft), "half");
  if (disk === undefined) throw new Error("no disk");
  expect((await Array.fromAsync(disk.list("died"))).sort()).toEqual([key, draft].sort());
  await disk.delete(draft);
  expect(await Array.fromAsync(disk.list("died"))).toEqual([key]);
});

test("the free bytes of a disk are known, those of a bucket are not", async () => {
  const fresh = join(folder, "fresh");
  const free = await diskBlobs(fresh).freeBytes();
  const { bavail, bsize } = statfsSync(folder);
  expect(free).toBeWithin((bavail * bsize) / 2, bavail * bsize * 2);
  expect(statSync(fresh).mode & 0o777).toBe(0o700);
  expect(await stores.s3?.freeBytes()).toBeNull();
});

test("s3: a list of several pages is read to its end", async () => {
  const asked: (string | null)[] = [];
  const pages: Record<string, string> = { "": "next", next: "last" };
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ url }) => {
      const { searchParams } = new URL(url);
      expect(searchParams.get("prefix")).toBe("files/");
      const token = searchParams.get("continuation-token") ?? "";
      asked.push(token);
      const next = pages[token];
      const end =
        next === undefined
          ? "<IsTruncated>false</IsTruncated>"
          : `<IsTruncated>true</IsTruncated><NextContinuationToken>${next}</NextContinuationToken>`;
      return new Response(
        `<ListBucketResult><Name>b</Name>${end}<Contents><Key>files/${asked.length}</Key></Contents></ListBucketResult>`,
      );
    },
  });
  const bucket = s3Blobs({
    bucket: "b",
    endpoint: server.url.origin,
    accessKeyId: "a",
    secretAccessKey: "s",
  });
  expect(await Array.fromAsync(bucket.list("files"))).toEqual(["files/1", "files/2", "files/3"]);
  expect(asked).toEqual(["", "next", "last"]);
  await server.stop(true);
});

test("disk: a key that points outside the folder is refused", async () => {
  const disk = stores.disk;
  for (const key of ["../secret", "a/../../b", "/etc/passwd", "a//b", ""]) {
    expect(
      await disk
        ?.get(key)
        .then(() => "read")
        .catch(() => "refused"),
    ).toBe("refused");
  }
});

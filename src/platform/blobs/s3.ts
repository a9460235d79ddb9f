import type { Blobs } from "./blobs.ts";

export interface S3Options {
  bucket: string;
  endpoint?: string | undefined;
  region?: string | undefined;
  accessKeyId?: string | undefined;
  secretAccessKey?: string | undefined;
}

/** Blobs in an S3-compatible bucket, through Bun's own client. */
export function s3Blobs(options: S3Options): Blobs {
  const client = new Bun.S3Client(
    Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  );
  return {
    async put(key, content) {
      await client.write(key, content instanceof Uint8Array ? content : new Response(content));
    },
    async get(key) {
      const file = client.file(key);
      return (await file.exists()) ? new Blob([await file.arrayBuffer()]) : null;
    },
    has: (key) => client.exists(key),
    freeBytes: async () => null,
    delete: (key) => client.delete(key),
    async *list(prefix) {
      let continuationToken: string | undefined;
      do {
        const page = await client.list({
          prefix: `${prefix}/`,
          ...(continuationToken === undefined ? {} : { continuationToken }),
        });
        for (const { key } of page.contents ?? []) yield key;
        continuationToken = page.isTruncated ? page.nextContinuationToken : undefined;
      } while (continuationToken !== undefined);
    },
  };
}

import { z } from "zod";
import { Refusal } from "./command-line.ts";

/** Exit codes of the backup scripts, besides 0; after sysexits.h where it has one. */
export const exits = {
  usage: 64,
  targetNotEmpty: 65,
  databaseUnreachable: 69,
  toolFailed: 70,
  diskFull: 73,
  storeUnreachable: 74,
  retentionFailed: 75,
  verificationFailed: 76,
  noBackup: 66,
  alreadyRunning: 79,
} as const;

/** The manifest beside each dump. It is written last: a dump without it is not a backup. */
export const manifestSchema = z.strictObject({
  version: z.literal(1),
  key: z.string().min(1),
  startedAt: z.iso.datetime(),
  bytes: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  serverVersion: z.string(),
  /** Rows and content checksum of each table, in the snapshot of the dump. */
  tables: z.record(z.string(), z.strictObject({ rows: z.string(), checksum: z.string() })),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** The backup store, from the environment (BACKUP_*, AWS_*). */
export interface Store {
  readonly prefix: string;
  upload(key: string, content: Bun.BunFile | string): Promise<void>;
  /** Streams an object into `onChunk`. */
  download(key: string, onChunk: (chunk: Uint8Array) => void | Promise<void>): Promise<void>;
  list(): Promise<string[]>;
  remove(key: string): Promise<void>;
}

/** Reads a variable, or the file named by NAME_FILE; ends the script with 64 when it is required and missing. */
export function setting(name: string, fallback?: string): string {
  const value = process.env[name] ?? fallback;
  if (value === undefined || value === "") throw new Refusal(`${name} is not set`, exits.usage);
  return value;
}

/** Like `setting`, also from the file named by NAME_FILE. */
export async function secretSetting(name: string): Promise<string> {
  const path = process.env[`${name}_FILE`];
  if (path === undefined) return setting(name);
  const file = Bun.file(path);
  if (!(await file.exists()))
    throw new Refusal(`${name}_FILE names ${path}, which is not there`, exits.usage);
  return (await file.text()).trim();
}

/** Opens the store, without a request. */
export async function openStore(): Promise<Store> {
  const prefix = setting("BACKUP_PREFIX", "atelier/");
  const client = new Bun.S3Client({
    bucket: setting("BACKUP_BUCKET"),
    endpoint: setting("BACKUP_ENDPOINT"),
    region: process.env.AWS_REGION ?? "us-east-1",
    accessKeyId: await secretSetting("AWS_ACCESS_KEY_ID"),
    secretAccessKey: await secretSetting("AWS_SECRET_ACCESS_KEY"),
  });
  const reach = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw new Refusal(
        `the bucket cannot be reached to ${what}: ${words(error)}`,
        exits.storeUnreachable,
      );
    }
  };
  return {
    prefix,
    upload: (key, content) =>
      reach(`write ${key}`, async () => void (await client.write(key, content))),
    download: (key, onChunk) =>
      reach(`read ${key}`, async () => {
        for await (const chunk of client.file(key).stream()) await onChunk(chunk);
      }),
    list: () =>
      reach("list the backups", async () => {
        const keys: string[] = [];
        let after: string | undefined;
        do {
          const page = await client.list({
            prefix,
            ...(after === undefined ? {} : { continuationToken: after }),
          });
          keys.push(...(page.contents ?? []).map((object) => object.key));
          after = page.isTruncated === true ? page.nextContinuationToken : undefined;
        } while (after !== undefined);
        return keys.sort();
      }),
    remove: (key) => reach(`remove ${key}`, () => client.delete(key)),
  };
}

/** Checksum and size of an object as the store returns it. */
export async function readBack(
  store: Store,
  key: string,
): Promise<{ sha256: string; bytes: number }> {
  const hasher = new Bun.CryptoHasher("sha256");
  let bytes = 0;
  await store.download(key, (chunk) => {
    hasher.update(chunk);
    bytes += chunk.byteLength;
  });
  return { sha256: hasher.digest("hex"), bytes };
}

/** Reads and checks a manifest of the store. */
export async function readManifest(store: Store, key: string): Promise<Manifest> {
  const chunks: Uint8Array[] = [];
  await store.download(key, (chunk) => void chunks.push(chunk));
  try {
    return manifestSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
  } catch (error) {
    throw new Refusal(`${key} is not a manifest: ${words(error)}`, exits.verificationFailed);
  }
}

/** An error's message, without a stack. */
export function words(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? `${error.code} ` : "";
  return `${code}${error.message}`.trim();
}

import { createHash } from "node:crypto";
import { type Ctx, inTransaction } from "../../../platform/context.ts";
import { CommitUnknownError } from "../../../platform/db/errors.ts";
import { isDiskFull } from "../../../platform/disk-full.ts";
import type { Problem } from "../../../platform/http/problem.ts";
import { record } from "../../audit/index.ts";
import type { ProjectScope } from "../../projects/index.ts";
import { checkQuota, type Room, roomFor } from "../check-quota.ts";
import {
  diskReserveReached,
  fileEmpty,
  fileNameRefused,
  fileTooLarge,
  fileTypeRefused,
} from "../errors.ts";
import { checkFileName } from "../file-name.ts";
import {
  type FileRow,
  type FileWithNewest,
  findNewestVersion,
  insertVersion,
  takeFile,
  type VersionRow,
} from "../repo.ts";
import type { UploadOutcome } from "../schema.ts";
import { requeueVersion } from "./claim-version.ts";
import { enqueueReading, nextTurn } from "./fair-queue.ts";
import { SNIFF_BYTES, sniffFile } from "./sniff-file.ts";

export interface StoredFile extends FileWithNewest {
  outcome: UploadOutcome;
}

/** Blob key of a version. */
export function blobKey(projectId: string, versionId: string): string {
  return `files/${projectId}/${versionId}`;
}

/**
 * Stores uploaded bytes under a name: creates a file, adds a version, or does nothing when the newest version
 * has the same bytes; if those are missing or could not be read, they are restored or read again. The text is
 * read later, by a job.
 * @throws {Problem} 413, 415, 422 and 507; nothing is stored then.
 */
export async function storeFile(
  ctx: Ctx,
  scope: ProjectScope<"editor">,
  rawName: string,
  body: ReadableStream<Uint8Array>,
): Promise<StoredFile> {
  const check = checkFileName(rawName);
  if (!check.ok) throw fileNameRefused(check.fault, check.message);
  const versionId = ctx.deps.ids.next();
  const key = blobKey(scope.projectId, versionId);
  await checkDisk(ctx);
  const { config } = ctx.deps;
  const room = await roomFor(ctx.db, config, scope, check.name);
  const ceiling = { bytes: config.fileMaxBytes, refusal: () => fileTooLarge(config.fileMaxBytes) };
  const measure = new Measure(
    check.name,
    room !== null && room.bytes < ceiling.bytes ? room : ceiling,
    () => checkDisk(ctx),
  );
  try {
    await ctx.deps.blobs.put(key, body.pipeThrough(measure.stream()));
  } catch (error) {
    // A store may wrap the error that ended the stream; our refusal takes precedence.
    if (measure.refusal) throw measure.refusal;
    // The reserve is checked periodically; others may have filled the disk meanwhile.
    throw isDiskFull(error) ? refusedForDisk(ctx) : error;
  }
  const upload = { name: check.name, versionId, ...measure.result() };
  const stored = await keep(ctx, scope, upload).catch(async (error) => {
    // A version that may have been committed needs its bytes.
    if (!(error instanceof CommitUnknownError)) await discard(ctx, key);
    throw error;
  });
  if (stored.outcome !== "unchanged") return stored;
  const mended = await mend(ctx, stored, key);
  await discard(ctx, key);
  return mended;
}

/** @throws {Problem} 507 when only the reserve is left on the blob store's disk. */
async function checkDisk({ deps }: Ctx): Promise<void> {
  const free = await deps.blobs.freeBytes();
  if (free !== null && free < deps.config.diskReserveBytes) throw refusedForDisk({ deps });
}

function refusedForDisk({ deps }: Pick<Ctx, "deps">): Problem {
  deps.metrics.diskFull.inc({ where: "files" });
  return diskReserveReached();
}

/** Repairs the newest version from the same bytes under another key: restores its bytes, or queues a reading. */
async function mend(ctx: Ctx, stored: StoredFile, key: string): Promise<StoredFile> {
  const { file, newest } = stored;
  const { blobs } = ctx.deps;
  const known = blobKey(file.projectId, newest.id);
  const bytes = (await blobs.has(known)) ? null : await blobs.get(key);
  if (bytes) await blobs.put(known, bytes.stream());
  if (newest.status !== "failed") return stored;
  return inTransaction(ctx, async (tx) => {
    const queued = await requeueVersion(tx.db, newest);
    // Queued by another request meanwhile.
    if (!queued) return stored;
    await enqueueReading(tx, queued);
    await recordUpload(tx, file, queued);
    return { file, newest: queued, outcome: "updated" };
  });
}

/** Deletes bytes that no version refers to. A failure is logged; the purge finds them later. */
async function discard(ctx: Ctx, key: string): Promise<void> {
  await ctx.deps.blobs.delete(key).catch((error) => {
    ctx.deps.logger.warn({ err: error, key }, "blob of a refused upload not deleted");
  });
}

interface Measured {
  sha256: string;
  sizeBytes: number;
  mediaType: string;
}

async function keep(
  ctx: Ctx,
  scope: ProjectScope<"editor">,
  { name, versionId, ...measured }: Measured & { name: string; versionId: string },
): Promise<StoredFile> {
  return inTransaction(ctx, async (tx) => {
    const now = ctx.deps.clock.now();
    const { file, created } = await takeFile(tx.db, scope, { id: ctx.deps.ids.next(), name, now });
    const newest = created ? undefined : await findNewestVersion(tx.db, file.id);
    if (newest?.sha256 === measured.sha256) return { file, newest, outcome: "unchanged" };
    const version = await insertVersion(tx.db, {
      id: versionId,
      fileId: file.id,
      version: (newest?.version ?? 0) + 1,
      ...measured,
      createdBy: scope.userId,
      turn: nextTurn(scope.userId, false),
      createdAt: now,
    });
    await enqueueReading(tx, version);
    await recordUpload(tx, file, version);
    await checkQuota(tx.db, ctx.deps.config, scope, {
      bytes: version.sizeBytes,
      files: created ? 1 : 0,
      versions: 1,
    });
    return { file, newest: version, outcome: created ? "created" : "updated" };
  });
}

function recordUpload(tx: Ctx, { id, projectId }: FileRow, version: VersionRow): Promise<void> {
  return record(tx, {
    action: "file.uploaded",
    target: { kind: "file", id },
    projectId,
    detail: { version: version.version, sizeBytes: version.sizeBytes },
  });
}

/** Bytes of one upload between two disk checks. */
const DISK_CHECK_BYTES = 8 * 1024 * 1024;

/** Counts, hashes and sniffs bytes on their way into the store, and aborts when they must not be stored. */
class Measure {
  readonly #name: string;
  readonly #room: Room;
  readonly #checkDisk: () => Promise<void>;
  readonly #hash = createHash("sha256");
  #head = new Uint8Array();
  #mediaType = "";
  #size = 0;
  #diskCheckedAt = 0;
  /** Why the bytes were refused. */
  refusal: Error | null = null;

  constructor(name: string, room: Room, checkDisk: () => Promise<void>) {
    this.#name = name;
    this.#room = room;
    this.#checkDisk = checkDisk;
  }

  stream(): TransformStream<Uint8Array, Uint8Array> {
    return new TransformStream<Uint8Array, Uint8Array>({
      transform: async (chunk, controller) => {
        this.#size += chunk.length;
        if (this.#size > this.#room.bytes) this.#refuse(this.#room.refusal());
        if (this.#size - this.#diskCheckedAt >= DISK_CHECK_BYTES) {
          this.#diskCheckedAt = this.#size;
          await this.#checkDisk().catch((error) => this.#refuse(error));
        }
        this.#hash.update(chunk);
        if (this.#mediaType === "") this.#look(chunk, false);
        controller.enqueue(chunk);
      },
      flush: () => {
        if (this.#size === 0) this.#refuse(fileEmpty());
        if (this.#mediaType === "") this.#look(new Uint8Array(), true);
      },
    });
  }

  result(): Measured {
    return {
      sha256: this.#hash.digest("hex"),
      sizeBytes: this.#size,
      mediaType: this.#mediaType,
    };
  }

  #look(chunk: Uint8Array, ended: boolean): void {
    this.#head = new Uint8Array(Buffer.concat([this.#head, chunk.subarray(0, SNIFF_BYTES)]));
    if (this.#head.length < SNIFF_BYTES && !ended) return;
    const sniffed = sniffFile(this.#head, this.#name);
    if (sniffed.kind === "refused") this.#refuse(fileTypeRefused(sniffed.fault));
    else this.#mediaType = sniffed.mediaType;
  }

  #refuse(refusal: Error): never {
    this.refusal = refusal;
    throw refusal;
  }
}

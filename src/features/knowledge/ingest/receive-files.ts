import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Busboy, type BusboyInstance } from "@fastify/busboy";
import type { Ctx } from "../../../platform/context.ts";
import { unsupportedMediaType } from "../../../platform/http/media-type.ts";
import { Problem, toProblem } from "../../../platform/http/problem.ts";
import type { ProjectScope } from "../../projects/index.ts";
import { tooManyFiles, uploadMalformed } from "../errors.ts";
import { type StoredFile, storeFile } from "./store-file.ts";

/** Files per form. */
export const MAX_FORM_FILES = 100;

/** The result for one file of a form. */
export type Received =
  | { name: string; stored: StoredFile; problem: null }
  | { name: string; stored: null; problem: Problem };

/**
 * Stores the files of a multipart form one after the other as their bytes arrive, buffering none of them whole.
 * A refused file does not affect the others.
 * @throws {Problem} 415 for another body type, 400 for a malformed form
 */
export async function receiveFiles(
  ctx: Ctx,
  scope: ProjectScope<"editor">,
  body: ReadableStream<Uint8Array> | null,
  contentType: string | undefined,
): Promise<Received[]> {
  if (!/^multipart\/form-data[\t ]*;/i.test(contentType ?? ""))
    throw unsupportedMediaType("multipart/form-data");
  if (!body || contentType === undefined) throw uploadMalformed();
  const receiving: Promise<Received>[] = [];
  const open = new Set<Readable>();
  const parser = parserFor(contentType);
  let tooMany = false;
  parser.on("file", (_field, part, name) => {
    open.add(part);
    part.once("close", () => open.delete(part));
    receiving.push(receive(ctx, scope, unescaped(name ?? ""), part));
  });
  parser.on("filesLimit", () => {
    tooMany = true;
  });
  try {
    await pipeline(Readable.from(body), parser);
  } catch {
    // The form broke off: the parts of the unfinished file are discarded.
    for (const part of open) part.destroy(uploadMalformed());
    await Promise.all(receiving);
    throw uploadMalformed();
  }
  const received = await Promise.all(receiving);
  if (received.length === 0) throw uploadMalformed();
  return tooMany
    ? [...received, { name: "", stored: null, problem: tooManyFiles(MAX_FORM_FILES) }]
    : received;
}

/** The name of a file as browsers escape it in a form: quotation marks and line breaks, but no percent sign. */
function unescaped(name: string): string {
  return name.replace(/%(?:22|0A|0D)/gi, decodeURIComponent);
}

function parserFor(contentType: string): BusboyInstance {
  try {
    return new Busboy({
      headers: { "content-type": contentType },
      // checkFileName() judges slashes; stripping the path before them would hide them.
      preservePath: true,
      limits: { files: MAX_FORM_FILES, fields: 20, fieldSize: 1024, headerPairs: 50 },
    });
  } catch {
    throw uploadMalformed();
  }
}

async function receive(
  ctx: Ctx,
  scope: ProjectScope<"editor">,
  name: string,
  part: Readable,
): Promise<Received> {
  try {
    const stored = await storeFile(ctx, scope, name, bytesOf(part));
    return { name, stored, problem: null };
  } catch (error) {
    const problem = toProblem(error);
    if (!(error instanceof Problem)) ctx.deps.logger.error({ err: error }, "file not stored");
    return { name, stored: null, problem };
  } finally {
    // The parser continues only after the part was read to its end.
    part.resume();
  }
}

/** The bytes of a part; when the reader stops early, the rest is skipped and the form does not fail. */
function bytesOf(part: Readable): ReadableStream<Uint8Array> {
  let open = true;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        part.on("data", (chunk: Buffer) => {
          if (!open) return;
          controller.enqueue(new Uint8Array(chunk));
          if ((controller.desiredSize ?? 0) <= 0) part.pause();
        });
        part.on("end", () => {
          if (open) controller.close();
          open = false;
        });
        part.on("error", (error) => {
          if (open) controller.error(error);
          open = false;
        });
      },
      pull: () => void part.resume(),
      cancel: () => {
        open = false;
        part.resume();
      },
    },
    { highWaterMark: 4 },
  );
}

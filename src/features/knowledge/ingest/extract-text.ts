import { fileURLToPath } from "node:url";
import type { Chunk } from "./chunk-text.ts";
import { type Isolation, NOT_ISOLATED } from "./isolation.ts";
import { residentBytes } from "./read-memory.ts";
import type { SniffFault } from "./sniff-file.ts";

/** Why a document could not be read; the user messages are in errors.ts. */
export type ReadingFault =
  | SniffFault
  | "empty"
  | "encrypted"
  | "damaged"
  | "no_text"
  | "unknown_characters"
  | "too_long"
  | "too_slow"
  | "too_much_memory";

export interface ExtractedText {
  ok: true;
  text: string;
  /** Detected from the content, not the name. */
  mediaType: string;
  /** A PostgreSQL text search configuration. */
  language: string;
  /** What was unusual about the text (`TextNote`, `PdfNote`); null when it was fine. */
  note: string | null;
  /** Offset of each page's first code unit; empty where there are no pages. */
  pageStarts: number[];
  chunks: Chunk[];
}

export type Extraction = ExtractedText | { ok: false; code: ReadingFault };

export interface ExtractionLimits {
  /** Resident bytes of the child above which it is killed. */
  memoryBytes: number;
  /** Processor time; the wall clock may show {@link WALL_PER_PROCESSOR} times as much on a busy machine. */
  timeMs: number;
  /** UTF-16 code units of text. */
  textUnits: number;
  /** Whether to run at low CPU priority. */
  yielding?: boolean;
}

export interface ExtractionOptions {
  limits?: ExtractionLimits;
  signal?: AbortSignal;
  /** How the child is isolated from other files and the network. */
  isolation?: Isolation;
}

export const EXTRACTION_LIMITS: ExtractionLimits = {
  memoryBytes: 512 * 1024 * 1024,
  timeMs: 30_000,
  textUnits: 10_000_000,
  yielding: true,
};

/** Enough for nearly every document; others are read again later in the slow lane. */
export const FIRST_TRY_LIMITS: ExtractionLimits = {
  memoryBytes: 256 * 1024 * 1024,
  timeMs: 5_000,
  textUnits: 1_000_000,
};

/** First line of the child's output. */
export type ChildAnswer =
  | {
      ok: true;
      mediaType: string;
      language: string;
      note: string | null;
      pageStarts: number[];
      chunks: (readonly [start: number, end: number, tokens: number])[];
    }
  | { ok: false; code: ReadingFault };

const CHILD = fileURLToPath(new URL("./extract-child.ts", import.meta.url));
const WATCH_MS = 50;
const WALL_PER_PROCESSOR = 4;

/**
 * Reads a document in a child process that is killed when it takes too long or too much memory, so that a
 * hostile file costs one failed file and nothing else. The kernel limits the child's data segment and CPU time
 * where the shell can set that; resident memory is polled as well, which also works elsewhere.
 * @param name only refines the media type of text
 * @throws the signal's reason when aborted; nothing else
 */
export async function extractText(
  document: ReadableStream<Uint8Array> | Uint8Array,
  name: string,
  { limits = EXTRACTION_LIMITS, signal, isolation = NOT_ISOLATED }: ExtractionOptions = {},
): Promise<Extraction> {
  signal?.throwIfAborted();
  const dataKib = Math.ceil(limits.memoryBytes / 1024) + HEADROOM_KIB;
  const seconds = Math.ceil(limits.timeMs / 1000) + 1;
  const capped = `ulimit -d ${dataKib} 2>/dev/null; ulimit -t ${seconds} 2>/dev/null; ulimit -c 0 2>/dev/null; exec ${limits.yielding ? "nice -n 10 " : ""}"$@"`;
  const reader = [process.execPath, "--smol", CHILD, name, String(limits.textUnits)];
  const child = Bun.spawn(["/bin/sh", "-c", capped, "sh", ...isolation.command(reader)], {
    ...isolation.spawn,
    stdin: document,
    stdout: "pipe",
    stderr: "ignore",
    env: {},
    // The runtime reads settings and `.env` files from its working directory.
    cwd: "/",
  });
  let killedFor: "too_slow" | "too_much_memory" | "too_long" | "aborted" | null = null;
  const kill = (reason: NonNullable<typeof killedFor>) => {
    killedFor ??= reason;
    child.kill("SIGKILL");
  };
  let peak = 0;
  const onAbort = () => kill("aborted");
  signal?.addEventListener("abort", onAbort);
  const deadline = setTimeout(() => kill("too_slow"), limits.timeMs * WALL_PER_PROCESSOR);
  const watch = setInterval(async () => {
    const resident = await residentBytes(child.pid);
    peak = Math.max(peak, resident);
    if (resident > limits.memoryBytes) kill("too_much_memory");
  }, WATCH_MS);
  try {
    // UTF-8 takes at most three bytes per code unit; the rest is for the first line.
    const output = await readAll(child.stdout, limits.textUnits * 4 + 64_000_000, () =>
      kill("too_long"),
    );
    const exitCode = await child.exited;
    if (killedFor === "aborted") signal?.throwIfAborted();
    const signalName = child.signalCode ?? PASSED_ON.get(exitCode);
    if (killedFor === "too_slow" || signalName === "SIGXCPU") return failed("too_slow");
    // The first process of a PID namespace ignores SIGXCPU, and the kernel kills it at the same limit.
    const processorMs = Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1000;
    if (killedFor === null && processorMs >= seconds * 1000) return failed("too_slow");
    if (killedFor === "too_long") return failed("too_long");
    // A SIGKILL that we did not send comes from the kernel's OOM killer; and the runtime may crash when an
    // allocation fails, often between two memory polls.
    const starved = signalName === "SIGKILL" || (exitCode !== 0 && peak > limits.memoryBytes / 4);
    if (killedFor || exitCode === OUT_OF_MEMORY || starved) return failed("too_much_memory");
    return exitCode === 0 ? parse(output) : failed("damaged");
  } finally {
    clearTimeout(deadline);
    clearInterval(watch);
    signal?.removeEventListener("abort", onAbort);
    child.kill("SIGKILL");
  }
}

/** Exit codes that a wrapper tool returns for a child killed by a signal, as shells do. */
const PASSED_ON = new Map([
  [128 + 9, "SIGKILL"],
  [128 + 24, "SIGXCPU"],
]);
/** Memory that the runtime maps itself. */
const HEADROOM_KIB = 256 * 1024;
/** Exit code of the child for a failed allocation. */
const OUT_OF_MEMORY = 12;

const failed = (code: ReadingFault): Extraction => ({ ok: false, code });

function parse(output: Uint8Array): Extraction {
  const line = output.indexOf(10);
  if (line < 0) return failed("damaged");
  const answer: ChildAnswer = JSON.parse(new TextDecoder().decode(output.subarray(0, line)));
  if (!answer.ok) return answer;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(output.subarray(line + 1));
  const chunks = answer.chunks.map(([start, end, tokens]) => ({ start, end, tokens }));
  return { ...answer, text, chunks };
}

async function readAll(
  stream: ReadableStream<Uint8Array>,
  cap: number,
  onCap: () => void,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > cap) {
      onCap();
      break;
    }
    parts.push(part);
  }
  return Buffer.concat(parts);
}

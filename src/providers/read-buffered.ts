import type { ByteRead, ByteReader } from "./plain-body.ts";

/** A read that takes longer had nothing buffered. */
const READ_TIMEOUT_MS = 1;
/** Total limit, for a sender that never pauses. */
const TOTAL_TIMEOUT_MS = 10;

/**
 * Reads the bytes of a body that have already arrived, before its connection is closed: the provider charges
 * for them.
 * @param pending a read that is already running.
 */
export async function readBuffered(
  reader: ByteReader,
  pending: Promise<ByteRead>,
): Promise<ByteRead[]> {
  const until = performance.now() + TOTAL_TIMEOUT_MS;
  const reads: ByteRead[] = [];
  for (let read = pending; ; read = reader.read()) {
    const result = await within(READ_TIMEOUT_MS, read);
    if (result === undefined) return reads;
    reads.push(result);
    if (result.done || performance.now() > until) return reads;
  }
}

/** The result of a read; undefined when it is late or fails. */
function within(milliseconds: number, read: Promise<ByteRead>): Promise<ByteRead | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds, undefined);
    const settle = (result?: ByteRead) => {
      clearTimeout(timer);
      resolve(result);
    };
    read.then(settle, () => settle());
  });
}

/** Starts a read that may fail before anything waits for it. */
export function readAhead(reader: ByteReader): Promise<ByteRead> {
  const read = reader.read();
  read.catch(() => {});
  return read;
}

/**
 * What has arrived by now, beginning with a finished read. Bun's body reader keeps one piece ready, so that a
 * consumer that pauses between single reads would always be a piece behind.
 * @returns the reads, and the one that is still running.
 */
export function takeArrived(
  reader: ByteReader,
  first: ByteRead,
): { reads: ByteRead[]; pending: Promise<ByteRead> } {
  const reads = [first];
  let pending = Promise.resolve(first);
  while (reads.at(-1)?.done !== true) {
    pending = readAhead(reader);
    if (Bun.peek.status(pending) !== "fulfilled") break;
    const arrived = Bun.peek(pending);
    if (arrived instanceof Promise) break;
    reads.push(arrived);
  }
  return { reads, pending };
}

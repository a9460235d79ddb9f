import type { ByteRead, ByteReader } from "./send-request.ts";

/** A read that takes longer was not at hand. */
const AT_HAND_MS = 1;
/** A sender who is always faster is not read for longer than this. */
const LONGEST_MS = 10;

/**
 * Reads what has already arrived of a body whose connection is about to be closed: its sender has written
 * it, and charges for it.
 * @param pending a read that was begun before.
 */
export async function readAtHand(
  reader: ByteReader,
  pending: Promise<ByteRead>,
): Promise<ByteRead[]> {
  const until = performance.now() + LONGEST_MS;
  const reads: ByteRead[] = [];
  for (let read = pending; ; read = reader.read()) {
    const result = await within(AT_HAND_MS, read);
    if (result === undefined) return reads;
    reads.push(result);
    if (result.done || performance.now() > until) return reads;
  }
}

/** What a read brings in time; undefined when it is late or fails. */
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

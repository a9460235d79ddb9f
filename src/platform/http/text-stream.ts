/**
 * A response body from text chunks. Chunks are generated only when the client reads, so a stalled client stalls
 * its generator and nothing else.
 * @param chunks gets a signal that aborts when the client has disconnected.
 */
export function textStream(
  chunks: (signal: AbortSignal) => AsyncGenerator<string>,
): ReadableStream<Uint8Array> {
  const gone = new AbortController();
  const iterator = chunks(gone.signal);
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await iterator.next();
        if (gone.signal.aborted) return;
        if (next.done) controller.close();
        else controller.enqueue(encoder.encode(next.value));
      },
      async cancel() {
        gone.abort();
        // A suspended generator would neither see the signal nor clean up.
        await iterator.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

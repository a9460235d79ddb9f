/**
 * A response body from text chunks. Chunks are made only when the client takes them, so a stalled client
 * stalls its maker and nothing else.
 * @param chunks gets a signal that aborts when the client has gone.
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
        // A maker that waits to be read stands still: it would never see the signal, nor clean up.
        await iterator.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

import type { LogEvent } from "../lib/api-types.ts";

/** An event stream written by the test, in the server's format. */
export function eventStream(): {
  response: Response;
  send(id: number, event: LogEvent): void;
  /** Sends an event of a possibly unknown type. */
  sendOther(id: number, type: string, data: unknown): void;
  close(): void;
} {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (opened) => {
      controller = opened;
    },
  });
  const write = (id: number, type: string, data: unknown) =>
    controller?.enqueue(
      encoder.encode(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`),
    );
  return {
    response: new Response(body, { headers: { "content-type": "text/event-stream" } }),
    send: (id, { type, ...data }) => write(id, type, data),
    sendOther: write,
    close: () => controller?.close(),
  };
}

/** Waits for a condition; bounded by the test's own timeout. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

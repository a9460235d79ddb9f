import type { LogEvent } from "../lib/api-types.ts";

/** A stream of events that the test writes, as the server sends one. */
export function eventStream(): {
  response: Response;
  send(id: number, event: LogEvent): void;
  /** An event of a type that the page may not know. */
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

/** Waits until something holds; the test's own time limit is the bound. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

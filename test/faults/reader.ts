import { connect } from "node:net";
import type { Person } from "../support/app.ts";
import { parseEvents, type StreamedEvent } from "../support/generation.ts";

/** Where a reader leaves: after a byte of the body, after a time, or, with neither, at the end. */
export interface Leave {
  afterBytes?: number;
  afterMs?: number;
}

export interface Visit {
  status: number;
  /** Completely received events. */
  events: StreamedEvent[];
  /** Whether the server ended the stream. */
  ended: boolean;
  /** Everything received, as text. */
  text: string;
}

/**
 * One connection to an answer's event stream over a bare socket, which may break at any byte: like a reload, a
 * tunnel or a dead battery.
 */
export function visit(
  origin: string,
  person: Person,
  generationId: string,
  after: number,
  leave: Leave = {},
): Promise<Visit> {
  const { hostname, port, host } = new URL(origin);
  return new Promise((resolve) => {
    const received: Buffer[] = [];
    let size = 0;
    let bodyFrom: number | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const socket = connect(Number(port), hostname);
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(understand(Buffer.concat(received), leave.afterBytes));
    };
    if (leave.afterMs !== undefined) timer = setTimeout(finish, leave.afterMs);
    socket.on("data", (bytes: Buffer) => {
      received.push(bytes);
      size += bytes.length;
      if (bodyFrom === undefined) {
        const headEnd = Buffer.concat(received).indexOf("\r\n\r\n");
        if (headEnd !== -1) bodyFrom = headEnd + 4;
      }
      if (bodyFrom === undefined) return;
      if (leave.afterBytes !== undefined && size - bodyFrom >= leave.afterBytes) finish();
      else if (understood(Buffer.concat(received)).whole) finish();
    });
    socket.on("error", finish);
    socket.on("close", finish);
    socket.write(
      `GET /api/v1/generations/${generationId}/events?after=${after} HTTP/1.1\r\nhost: ${host}\r\ncookie: ${person.cookie}\r\n\r\n`,
    );
  });
}

async function understand(raw: Buffer, atMost = Number.POSITIVE_INFINITY): Promise<Visit> {
  const { status, body, whole } = understood(raw, atMost);
  const events: StreamedEvent[] = [];
  const bytes = new Response(body.slice()).body;
  if (status === 200 && bytes !== null)
    for await (const event of parseEvents(bytes)) events.push(event);
  return { status, events, ended: whole, text: body.toString("utf8") };
}

/** The received part of an HTTP response, with at most this many bytes of its body. */
function understood(raw: Buffer, atMost = Number.POSITIVE_INFINITY) {
  const headEnd = raw.indexOf("\r\n\r\n");
  if (headEnd === -1) return { status: 0, body: Buffer.alloc(0), whole: false };
  const head = raw.toString("latin1", 0, headEnd).toLowerCase();
  const status = Number(head.split(" ")[1]);
  const sent = raw.subarray(headEnd + 4, Math.min(raw.length, headEnd + 4 + atMost));
  // A stream that ends at once may have a Content-Length instead of chunks.
  const length = /^content-length: (\d+)$/m.exec(head.replaceAll("\r", ""))?.[1];
  if (length !== undefined) return { status, body: sent, whole: sent.length >= Number(length) };
  return { status, ...unchunk(sent) };
}

/** The received part of a chunked body (RFC 9112, 7.1). */
function unchunk(bytes: Buffer): { body: Buffer; whole: boolean } {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd === -1) break;
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    if (size === 0) return { body: Buffer.concat(pieces), whole: true };
    pieces.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return { body: Buffer.concat(pieces), whole: false };
}

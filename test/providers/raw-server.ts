/** A server over a bare socket that answers each path with given bytes, and counts the requests. */

import type { TCPSocketListener } from "bun";
import { HttpConnection } from "./http-connection.ts";

export interface RawAnswer {
  /** Status line and headers, without the blank line; default: an event stream. */
  head?: string;
  body: string | Uint8Array;
  /** Bytes of each write; absent: everything in one. */
  pieces?: number;
  /** Resets the connection behind the body instead of ending it. */
  reset?: boolean;
  /** Leaves the connection open behind the body: silent, or with these bytes a few times a second. */
  open?: true | string;
}

const EVENT_STREAM = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream";

export class RawServer {
  readonly #answers = new Map<string, { answer: RawAnswer; requests: number }>();
  #listener: TCPSocketListener<HttpConnection> | undefined;

  start(): this {
    this.#listener = Bun.listen<HttpConnection>({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open: (socket) => {
          const connection = new HttpConnection(socket);
          socket.data = connection;
          connection.onRequest = ({ path }) => void this.#serve(connection, path);
        },
        data: (socket, bytes) => socket.data.receive(bytes),
        drain: (socket) => socket.data.drain(),
        close: (socket) => socket.data.markClosed(),
        error: () => {},
      },
    });
    return this;
  }

  stop(): void {
    this.#listener?.stop(true);
  }

  /** @returns the address below which every path gets this answer. */
  answer(answer: RawAnswer): string {
    const folder = `/case-${this.#answers.size}`;
    this.#answers.set(folder, { answer, requests: 0 });
    return `http://127.0.0.1:${this.#listener?.port}${folder}`;
  }

  /** How often that address was asked. */
  requestsTo(address: string): number {
    return this.#answers.get(new URL(address).pathname)?.requests ?? 0;
  }

  async #serve(connection: HttpConnection, path: string): Promise<void> {
    const known = this.#answers.get(path.slice(0, path.indexOf("/", 1)));
    if (!known) throw new Error(`No answer for ${path}`);
    known.requests++;
    const { head = EVENT_STREAM, body, open, pieces, reset = false } = known.answer;
    const bytes = typeof body === "string" ? Buffer.from(body) : body;
    await connection.write(Buffer.from(`${head}\r\nconnection: close\r\n\r\n`));
    for (let at = 0; at < bytes.length && !connection.closed; at += pieces ?? bytes.length) {
      await connection.write(bytes.subarray(at, at + (pieces ?? bytes.length)));
      if (pieces !== undefined) await new Promise(setImmediate);
    }
    while (open !== undefined && !connection.closed) {
      await Bun.sleep(200);
      if (open !== true) await connection.write(Buffer.from(open));
    }
    // A reset throws away what has not been read.
    if (reset) await Bun.sleep(20);
    connection.cut(reset ? "at_once" : "behind");
  }
}

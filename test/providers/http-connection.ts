/**
 * A minimal HTTP/1.1 server over a bare socket that may write any byte at any moment and close in the middle; a
 * real HTTP server would correct that.
 */

import type { Socket } from "bun";

export interface HttpRequest {
  method: string;
  path: string;
  headers: Headers;
  body: string;
}

export class HttpConnection {
  closed = false;
  onRequest: (request: HttpRequest) => void = () => {};
  onClose: () => void = () => {};
  readonly #socket: Socket<HttpConnection>;
  #received: Buffer = Buffer.alloc(0);
  #drained: (() => void) | undefined;

  constructor(socket: Socket<HttpConnection>) {
    this.#socket = socket;
  }

  /** Bytes from the client: requests may come in pieces, or several on one connection. */
  receive(bytes: Uint8Array): void {
    this.#received =
      this.#received.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#received, bytes]);
    for (let request = this.#take(); request; request = this.#take()) this.onRequest(request);
  }

  #take(): HttpRequest | undefined {
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd === -1) return undefined;
    const [first = "", ...lines] = this.#received.toString("latin1", 0, headEnd).split("\r\n");
    const headers = new Headers();
    for (const line of lines) {
      const colon = line.indexOf(":");
      headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    const bodyEnd = headEnd + 4 + Number(headers.get("content-length") ?? 0);
    if (this.#received.length < bodyEnd) return undefined;
    const body = this.#received.toString("utf8", headEnd + 4, bodyEnd);
    this.#received = this.#received.subarray(bodyEnd);
    const [method = "", path = ""] = first.split(" ");
    return { method, path, headers, body };
  }

  /** Writes everything, however slowly the client reads; does nothing once the socket is closed. */
  async write(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    while (!this.closed) {
      const written = Math.max(0, this.#socket.write(rest));
      if (written >= rest.length) return;
      rest = rest.subarray(written);
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    }
  }

  drain(): void {
    this.#drained?.();
    this.#drained = undefined;
  }

  async head(status: number, headers: Record<string, string>): Promise<void> {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    await this.write(Buffer.from(`HTTP/1.1 ${status} Status\r\n${lines.join("")}\r\n`));
  }

  /** One piece of a chunked body. */
  async chunk(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    const size = Buffer.from(`${bytes.length.toString(16)}\r\n`);
    await this.write(Buffer.concat([size, bytes, Buffer.from("\r\n")]));
  }

  async endChunks(): Promise<void> {
    await this.write(Buffer.from("0\r\n\r\n"));
  }

  /** Breaks the connection: after the written bytes, or at once, which may lose some of them. */
  cut(how: "behind" | "at_once"): void {
    if (how === "behind") this.#socket.end();
    else this.#socket.terminate();
  }

  markClosed(): void {
    this.closed = true;
    this.drain();
    this.onClose();
  }
}

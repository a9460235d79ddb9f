import { gzipSync } from "node:zlib";
import type { HttpConnection } from "./http-connection.ts";
import type { Frame, Scenario, WireCall } from "./scenario.ts";

/** Writes frames as bytes, split as the scenario says. */
export class BodyWriter {
  readonly #connection: HttpConnection;
  readonly #call: WireCall;
  readonly #scenario: Scenario;
  #sent = 0;
  #writes = 0;
  #frames = 0;
  #held: Uint8Array[] = [];

  constructor(connection: HttpConnection, call: WireCall, scenario: Scenario) {
    this.#connection = connection;
    this.#call = call;
    this.#scenario = scenario;
  }

  async write(frame: Frame): Promise<void> {
    const newline = this.#scenario.newline ?? "\n";
    const comment =
      this.#scenario.comments && this.#frames++ % 2 === 0 ? `: keep-alive${newline}${newline}` : "";
    const event = frame.event ? `event: ${frame.event}${newline}` : "";
    const bytes = Buffer.from(`${comment}${event}data: ${frame.data}${newline}${newline}`);
    if (this.#scenario.gzip) this.#held.push(bytes);
    else await this.#put(bytes);
    if (this.#connection.closed) return;
    this.#call.sentText += frame.delta?.text ?? "";
    this.#call.sentReasoning += frame.delta?.reasoning ?? "";
    if (frame.usage) this.#call.reportedUsage = frame.usage;
  }

  async flush(): Promise<void> {
    if (this.#held.length > 0) await this.#put(gzipSync(Buffer.concat(this.#held)));
  }

  async #put(bytes: Uint8Array): Promise<void> {
    const { fault, writeSizes } = this.#scenario;
    const limit = fault?.kind === "cut" ? fault.afterBytes - this.#sent : bytes.length;
    const whole = bytes.subarray(0, Math.max(0, limit));
    this.#sent += whole.length;
    for (let at = 0; at < whole.length && !this.#connection.closed; ) {
      const size = writeSizes?.[this.#writes++ % writeSizes.length] ?? whole.length;
      await this.#connection.chunk(whole.subarray(at, at + Math.max(1, size)));
      at += Math.max(1, size);
      // Separate writes arrive separately only when the socket can send them in between.
      if (writeSizes) await new Promise(setImmediate);
    }
    if (whole.length < bytes.length) {
      if (fault?.kind === "cut") await fault.when?.();
      endCall(this.#call, "closed_by_server");
      this.#connection.cut(fault?.kind === "cut" && fault.reset ? "at_once" : "behind");
    }
  }
}

/** Records how a call ended; the first report counts. */
export function endCall(call: WireCall, how: NonNullable<WireCall["ended"]>): void {
  if (call.endedAt !== undefined) return;
  call.endedAt = performance.now();
  call.ended = how;
}

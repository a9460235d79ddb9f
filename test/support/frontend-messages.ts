/**
 * Reads what a client sends to PostgreSQL (protocol 3.0, "Message Formats") far enough to say which
 * statements it runs, prepared ones too, of which only the name is sent.
 */
export class FrontendMessages {
  #rest = Buffer.alloc(0);
  #started = false;
  readonly #prepared = new Map<string, string>();

  /** @returns the text of each statement that these bytes complete, in order. */
  statements(bytes: Buffer): string[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const found: string[] = [];
    for (let message = this.#next(); message !== undefined; message = this.#next()) {
      const [first = "", second = ""] = message.body.toString("latin1").split("\0", 2);
      if (message.type === "Q") found.push(first);
      if (message.type === "P") this.#prepared.set(first, second);
      if (message.type === "B") found.push(this.#prepared.get(second) ?? "");
    }
    return found;
  }

  #next(): { type: string; body: Buffer } | undefined {
    // The first message of a connection has no type.
    const head = this.#started ? 1 : 0;
    if (this.#rest.length < head + 4) return undefined;
    const end = head + this.#rest.readInt32BE(head);
    if (this.#rest.length < end) return undefined;
    const type = this.#rest.toString("latin1", 0, head);
    const body = this.#rest.subarray(head + 4, end);
    this.#rest = this.#rest.subarray(end);
    this.#started = true;
    return { type, body };
  }
}

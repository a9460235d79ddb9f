/** A local server that plays a provider: scripted answers and faults, byte for byte, all calls recorded. */

import type { TCPSocketListener } from "bun";
import type { TokenUsage } from "../../src/providers/port.ts";
import { BodyWriter, endCall } from "./body-writer.ts";
import { HttpConnection, type HttpRequest } from "./http-connection.ts";
import { PromptCache } from "./prompt-cache.ts";
import {
  type Fault,
  type Frame,
  type ModelAnswer,
  type PromptUsage,
  type Scenario,
  type WireCall,
  type WireFormat,
  wireTokens,
} from "./scenario.ts";

const DEFAULT_TEXT = "The test provider answers: grüße, 世界 and 👋🏽, in a few short pieces.";

export class WireServer {
  /** What every call gets that finds nothing queued. */
  scenario: Scenario | ((body: unknown) => Scenario) = {};
  /** When set, other keys are refused. */
  apiKey: string | undefined;
  readonly calls: WireCall[] = [];
  readonly #format: WireFormat;
  readonly #queue: Scenario[] = [];
  readonly #connections = new Set<HttpConnection>();
  #cache = new PromptCache();
  #listener: TCPSocketListener<HttpConnection> | undefined;

  constructor(format: WireFormat) {
    this.#format = format;
  }

  /** Listens on loopback; port 0 takes a free one. */
  start(port = 0): this {
    this.#listener = Bun.listen<HttpConnection>({
      hostname: "127.0.0.1",
      port,
      socket: {
        open: (socket) => this.#open(socket),
        data: (socket, bytes) => socket.data.receive(bytes),
        drain: (socket) => socket.data.drain(),
        close: (socket) => this.#close(socket.data),
        error: () => {},
      },
    });
    return this;
  }

  stop(): void {
    this.#listener?.stop(true);
    for (const connection of this.#connections) connection.cut("at_once");
  }

  /** Without the API's version, as both vendors' hosts. */
  get origin(): string {
    return `http://127.0.0.1:${this.#listener?.port}`;
  }

  get openConnections(): number {
    return this.#connections.size;
  }

  /** Calls whose answer is still being written. */
  get running(): WireCall[] {
    return this.calls.filter((call) => call.endedAt === undefined);
  }

  /** The next `times` calls get this scenario, in order of queueing. */
  queue(scenario: Scenario, times = 1): this {
    for (let n = 0; n < times; n++) this.#queue.push(scenario);
    return this;
  }

  /** Forgets calls, queue and prompt cache; the default scenario is plain again. */
  reset(): void {
    this.calls.length = 0;
    this.#queue.length = 0;
    this.#cache = new PromptCache();
    this.scenario = {};
    this.apiKey = undefined;
  }

  #open(socket: Bun.Socket<HttpConnection>) {
    const connection = new HttpConnection(socket);
    socket.data = connection;
    this.#connections.add(connection);
    connection.onRequest = (request) => void this.#serve(connection, request);
  }

  #close(connection: HttpConnection) {
    this.#connections.delete(connection);
    connection.markClosed();
  }

  async #serve(connection: HttpConnection, request: HttpRequest) {
    if (request.method !== "POST" || !this.#serves(request.path)) {
      await respond(connection, 404, "<html>There is nothing here.</html>", {
        "content-type": "text/html",
      });
      return;
    }
    const body: unknown = JSON.parse(request.body);
    const scenario =
      this.#queue.shift() ??
      (typeof this.scenario === "function" ? this.scenario(body) : this.scenario);
    const call: WireCall = {
      path: request.path,
      headers: request.headers,
      body,
      receivedAt: performance.now(),
      status: 200,
      prompt: undefined,
      reportedUsage: undefined,
      whole: false,
      sentText: "",
      sentReasoning: "",
      endedAt: undefined,
      ended: undefined,
    };
    this.calls.push(call);
    connection.onClose = () => endCall(call, "closed_by_client");
    const known = this.apiKey === undefined || this.#format.keyOf(request.headers) === this.apiKey;
    await this.#answer(connection, call, known ? scenario : { fault: { kind: "bad_key" } });
  }

  async #answer(connection: HttpConnection, call: WireCall, scenario: Scenario) {
    const { fault } = scenario;
    const refused = fault !== undefined && REFUSALS.has(fault.kind);
    if (!refused) call.prompt = this.#countPrompt(call);
    if (scenario.firstMs) await Bun.sleep(scenario.firstMs);
    if (refused) {
      const refusal = this.#format.refusal(fault);
      call.status = refusal.status;
      await respond(connection, refusal.status, refusal.body, {
        "content-type": "application/json",
        ...refusal.headers,
      });
      endCall(call, "finished");
      return;
    }
    if (fault?.kind === "silent_start") return;
    if (fault?.kind === "hang_up") {
      endCall(call, "closed_by_server");
      connection.cut("behind");
      return;
    }
    await connection.head(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "transfer-encoding": "chunked",
      ...(scenario.gzip ? { "content-encoding": "gzip" } : {}),
    });
    const body = new BodyWriter(connection, call, scenario);
    for await (const frame of this.#script(call, scenario)) {
      await body.write(frame);
      if (connection.closed) return;
    }
    if (fault?.kind === "silence") return;
    await body.flush();
    if (connection.closed) return;
    endCall(call, "finished");
    await connection.endChunks();
  }

  /** The frames of the answer, paced, up to where the fault strikes. */
  async *#script(call: WireCall, scenario: Scenario): AsyncGenerator<Frame> {
    const fault =
      scenario.fault && "afterDeltas" in scenario.fault ? scenario.fault.afterDeltas : 0;
    const strikes = scenario.fault !== undefined && scenario.fault.kind !== "cut";
    let deltas = 0;
    for (const frame of this.#format.frames(this.#imagine(call, scenario))) {
      if (frame.delta) {
        if (strikes && deltas === (fault ?? 0)) {
          // Who refuses does not bill.
          if (deltas === 0 && scenario.fault?.kind === "error_event") call.prompt = undefined;
          yield* this.#strike(scenario.fault?.kind);
          return;
        }
        if (deltas > 0 && scenario.chunkMs) await Bun.sleep(scenario.chunkMs);
        deltas++;
      }
      yield frame;
    }
    call.whole = !strikes;
    // A short answer has fewer deltas than the fault waits for: it strikes in place of the end.
    if (strikes) yield* this.#strike(scenario.fault?.kind);
  }

  *#strike(kind: Fault["kind"] | undefined): Generator<Frame> {
    if (kind === "error_event") yield this.#format.errorEvent();
    if (kind === "malformed") yield { data: '{"type":"content_block_delta","choices":[{"del' };
    if (kind === "oversized") yield { data: `{"filler":"${"x".repeat(2 * 1024 * 1024)}"}` };
  }

  #serves(path: string): boolean {
    const own = this.#format.path;
    return typeof own === "string" ? path === own : own.test(path);
  }

  #countPrompt(call: WireCall): PromptUsage {
    const pieces = this.#format.promptOf(call.body);
    return this.#cache.count(pieces, this.#format.caching, this.#modelOf(call));
  }

  #modelOf({ path, body }: WireCall): string {
    return this.#format.modelIn?.(path) ?? String((isObject(body) && body.model) || "");
  }

  #imagine(call: WireCall, scenario: Scenario): ModelAnswer {
    const { body, prompt } = call;
    const wanted = typeof scenario.text === "function" ? scenario.text(body) : scenario.text;
    const reasoning = scenario.reasoning ?? "";
    const reasoningTokens = wireTokens(reasoning);
    const room = Math.max(0, this.#format.maxOutputTokens(body) - reasoningTokens);
    const full = wanted ?? DEFAULT_TEXT;
    const text = scenario.endless || scenario.ignoresCap ? full : full.slice(0, room * 4);
    const usage: TokenUsage = {
      ...(prompt ?? { inputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 }),
      outputTokens: wireTokens(text) + reasoningTokens,
      reasoningTokens,
      ...(typeof scenario.usage === "object" ? scenario.usage : {}),
    };
    return {
      model: this.#modelOf(call),
      reasoning,
      text,
      endless: scenario.endless ?? false,
      deltaChars: scenario.deltaChars ?? 12,
      end: scenario.end ?? (text.length < full.length ? "length" : "stop"),
      usage,
      reportUsage: typeof scenario.usage === "string" ? scenario.usage : "once",
    };
  }
}

async function respond(
  connection: HttpConnection,
  status: number,
  body: string,
  headers: Record<string, string>,
): Promise<void> {
  const bytes = Buffer.from(body);
  await connection.head(status, { ...headers, "content-length": String(bytes.length) });
  await connection.write(bytes);
}

/** What is answered with something else than an answer, and so charged for by nobody. */
const REFUSALS: ReadonlySet<Fault["kind"]> = new Set<Fault["kind"]>([
  "bad_key",
  "no_credit",
  "unknown_model",
  "context_too_long",
  "refused",
  "invalid_request",
  "server_error",
  "redirect",
  "document",
  "rate_limited",
  "overloaded",
]);

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

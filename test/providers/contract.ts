/** The contract of every provider adapter: one suite, run over each adapter and the fake. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type {
  ProviderAdapter,
  ProviderCall,
  ProviderEvent,
  ProviderRequest,
  TokenUsage,
} from "../../src/providers/port.ts";

export interface ContractSubject {
  adapter: ProviderAdapter;
  /** Makes the next call answer with this text; returns the actual text. */
  answers(text: string): string;
  /** Makes the next call endless. */
  goesOn(): void;
  /** Makes the next call silent after its first words; absent where that is impossible. */
  fallsSilent?(): void;
  /** Calls that the server is still working on. */
  running(): number;
  /** The server's usage report of the last call; absent where there is no server. */
  reportedUsage?(): TokenUsage | undefined;
  stop(): void;
}

export interface Collected {
  text: string;
  reasoning: string;
  usage: TokenUsage | undefined;
  events: ProviderEvent[];
  reads: number;
}

/** A plain question with a source, valid for every provider. */
export function aRequest(overrides: Partial<ProviderRequest> = {}): ProviderRequest {
  return {
    model: "test-model",
    system: [{ text: "You are helpful.", cacheable: true }],
    messages: [{ role: "user", parts: [{ type: "text", text: "What do otters eat?" }] }],
    sources: [
      {
        label: "S1",
        title: "Animals",
        text: `Otters eat fish. ${"Otters eat crabs. ".repeat(20)}`,
      },
    ],
    maxOutputTokens: 1000,
    ...overrides,
  };
}

/** A call without an abort. */
export function aCall(overrides: Partial<ProviderCall> = {}): ProviderCall {
  return { signal: new AbortController().signal, idleTimeoutMs: 5000, ...overrides };
}

/** Reads a stream to its end; `into` keeps the part before an error. */
export async function collect(
  stream: AsyncIterable<ProviderEvent[]>,
  into: Collected = { text: "", reasoning: "", usage: undefined, events: [], reads: 0 },
): Promise<Collected> {
  for await (const events of stream) {
    into.reads++;
    for (const event of events) {
      into.events.push(event);
      if (event.type === "text") into.text += event.text;
      if (event.type === "reasoning") into.reasoning += event.text;
      if (event.type === "thought") {
        into.reasoning += into.text;
        into.text = "";
      }
      if (event.type === "usage") into.usage = event.usage;
    }
  }
  return into;
}

/** The reason of a rejected promise. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("It did not fail.");
}

/** Waits until a condition holds; fails after two seconds. */
export async function eventually(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 2000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error("It did not come true within two seconds.");
    await Bun.sleep(5);
  }
}

const TEXT = "Otters eat fish, crabs and 海胆; they also like 🦪.\n\nThat is all.";

/** Runs the suite over one adapter. */
export function adapterContract(name: string, make: () => ContractSubject): void {
  describe(`a provider: ${name}`, () => {
    let subject: ContractSubject;
    beforeAll(() => {
      subject = make();
    });
    afterAll(() => subject.stop());

    test("streams the whole answer and ends once, last", async () => {
      const expected = subject.answers(TEXT);
      const { text, events } = await collect(subject.adapter.stream(aRequest(), aCall()));
      expect(text).toBe(expected);
      expect(events.filter(({ type }) => type === "end")).toHaveLength(1);
      expect(events.at(-1)).toEqual({ type: "end", reason: "stop" });
    });

    test("never yields nothing", async () => {
      subject.answers(TEXT);
      for await (const events of subject.adapter.stream(aRequest(), aCall())) {
        expect(events.length).toBeGreaterThan(0);
        for (const event of events) if (event.type === "text") expect(event.text).not.toBe("");
      }
    });

    test("reports usage in whole, disjoint counts", async () => {
      subject.answers(TEXT);
      const { usage } = await collect(subject.adapter.stream(aRequest(), aCall()));
      if (!usage) throw new Error("no usage");
      for (const count of Object.values(usage))
        expect(Number.isInteger(count) && count >= 0).toBe(true);
      expect(usage.outputTokens).toBeGreaterThan(0);
      expect(usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens).toBeGreaterThan(0);
      if (subject.reportedUsage) expect(usage).toEqual(subject.reportedUsage() ?? usage);
    });

    test("tells that the call may be charged for before anything comes, and takes nothing back", async () => {
      subject.answers(TEXT);
      const told: (boolean | "came")[] = [];
      const call = aCall({ onBillable: (billable) => told.push(billable) });
      for await (const _ of subject.adapter.stream(aRequest(), call)) told.push("came");
      expect(told.slice(0, 2)).toEqual([true, "came"]);
      expect(told.slice(1)).not.toContain(false);
    });

    test("keeps simultaneous answers apart", async () => {
      const expected = subject.answers(TEXT);
      subject.answers(TEXT);
      const both = await Promise.all([
        collect(subject.adapter.stream(aRequest(), aCall())),
        collect(subject.adapter.stream(aRequest(), aCall())),
      ]);
      expect(both.map(({ text }) => text)).toEqual([expected, expected]);
    });

    test("an abort in the middle throws its reason and ends the work on the other side", async () => {
      subject.goesOn();
      const abort = new AbortController();
      const reason = new Error("the reader pressed stop");
      const reading = (async () => {
        for await (const _ of subject.adapter.stream(aRequest(), aCall({ signal: abort.signal }))) {
          setTimeout(() => abort.abort(reason), 10);
        }
      })();
      expect(await failureOf(reading)).toBe(reason);
      await eventually(() => subject.running() === 0);
    });

    test("a signal aborted beforehand starts nothing, which nobody charges for", async () => {
      const reason = new Error("too late");
      const signal = AbortSignal.abort(reason);
      let billable = false;
      const call = aCall({
        signal,
        onBillable: () => {
          billable = true;
        },
      });
      const reading = collect(subject.adapter.stream(aRequest(), call));
      expect(await failureOf(reading)).toBe(reason);
      expect(billable).toBe(false);
      expect(subject.running()).toBe(0);
    });

    test("leaving the loop ends the work on the other side", async () => {
      subject.goesOn();
      for await (const _ of subject.adapter.stream(aRequest(), aCall())) break;
      await eventually(() => subject.running() === 0);
    });

    test("silence in the middle fails as such, with what came before kept", async () => {
      if (!subject.fallsSilent) return;
      subject.fallsSilent();
      const into: Collected = { text: "", reasoning: "", usage: undefined, events: [], reads: 0 };
      const call = aCall({ idleTimeoutMs: 60 });
      const reading = collect(subject.adapter.stream(aRequest(), call), into);
      expect(await failureOf(reading)).toMatchObject({ code: "silent", retryable: false });
      expect(into.text).not.toBe("");
      await eventually(() => subject.running() === 0);
    });

    test("a slow reader is not mistaken for a silent provider", async () => {
      const expected = subject.answers(TEXT);
      let text = "";
      for await (const events of subject.adapter.stream(aRequest(), aCall({ idleTimeoutMs: 80 }))) {
        if (text === "") await Bun.sleep(200);
        for (const event of events) if (event.type === "text") text += event.text;
      }
      expect(text).toBe(expected);
    });
  });
}

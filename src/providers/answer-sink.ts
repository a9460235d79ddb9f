/** Collects what a format's decoder reads of one answer; knows what all formats have in common. */

import { type EndMeaning, endMeaning } from "./end-reasons.ts";
import type { EndReason, ProviderEvent } from "./port.ts";
import { pushReasoning, pushText } from "./push-event.ts";
import { ThinkingTags } from "./thinking-tags.ts";
import { type ReportedCounts, UsageCounts } from "./usage-counts.ts";

export class AnswerSink {
  /** An error that a format has inside of an answer's event. */
  error: unknown;
  #events: ProviderEvent[] = [];
  /** Text that the filter has not seen: it costs the same for a word and for all words of a read. */
  #unfiltered = "";
  #meaning: EndMeaning | undefined;
  #refused = false;
  #said = false;
  #closed = false;
  #produced = false;
  #goesOn = false;
  #called = false;
  readonly #counts = new UsageCounts();
  readonly #tags = new ThinkingTags({
    text: (text) => {
      this.#said ||= text.trim() !== "";
      pushText(this.#events, text);
    },
    reasoning: (text) => pushReasoning(this.#events, text),
    thought: () => {
      this.#said = false;
      this.#events.push({ type: "thought" });
    },
  });

  /** Whether the answer has any text. */
  get said(): boolean {
    this.#filter();
    return this.#said;
  }

  /** Whether anything of the answer has come: text, or thinking, in the clear or not. */
  get produced(): boolean {
    return this.#produced;
  }

  /** Whether more of the answer has come behind its end reason. */
  get goesOn(): boolean {
    return this.#goesOn;
  }

  /** Whether the provider has told why the answer ends. */
  get ending(): boolean {
    return this.#meaning !== undefined || this.#closed;
  }

  /** Whether that reason is that the provider gave up. */
  get failed(): boolean {
    return this.#meaning === "failed" && !this.#refused;
  }

  /** Whether nothing of the answer can follow. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The events since the last call. */
  take(): ProviderEvent[] {
    this.#filter();
    const events = this.#events;
    this.#events = [];
    return events;
  }

  text(text: string): void {
    if (text === "") return;
    this.#produce();
    this.#unfiltered += text;
  }

  /** The words of a refusal: they are the answer's text, and make it end as refusal. */
  refusal(text: string): void {
    if (text === "") return;
    this.#refused = true;
    this.text(text);
  }

  reasoning(text: string): void {
    if (text === "") return;
    this.#produce();
    this.flush();
    this.#tags.reasoned();
    pushReasoning(this.#events, text);
  }

  /** Closes a block of thinking. `redacted`: the signature is the block, encrypted. */
  signature(signature: string, redacted = false): void {
    if (signature === "") return;
    this.#produce();
    this.flush();
    this.#tags.reasoned();
    this.#events.push({
      type: "reasoning",
      text: "",
      signature,
      ...(redacted ? { redacted } : {}),
    });
  }

  /** The model called a tool, which it does in place of an answer or beside it. */
  call(): void {
    this.#called = true;
  }

  usage(report: ReportedCounts): void {
    const usage = this.#counts.add(report);
    if (usage === undefined) return;
    this.#filter();
    this.#events.push({ type: "usage", usage });
  }

  /** The format's word for why the answer ends, if there is one. Usage may follow. */
  endsFor(word: unknown): void {
    this.#meaning = endMeaning(word) ?? this.#meaning;
  }

  /** The format's last event. */
  close(): void {
    this.#closed = true;
  }

  /** Passes on text that waits for the rest of a tag: something else follows, or nothing. */
  flush(): void {
    this.#filter();
    this.#tags.flush();
  }

  /** Ends the answer, once. */
  end(): void {
    this.flush();
    this.#events.push({ type: "end", reason: this.#reason() });
  }

  #produce(): void {
    this.#produced = true;
    this.#goesOn ||= this.#meaning !== undefined;
  }

  #filter(): void {
    if (this.#unfiltered === "") return;
    this.#tags.feed(this.#unfiltered);
    this.#unfiltered = "";
  }

  #reason(): EndReason {
    if (this.#refused) return "refusal";
    if (this.#meaning === "length" || this.#meaning === "refusal") return this.#meaning;
    if (this.#said) return "stop";
    if (this.#called || this.#meaning === "tool_use") return "tool_use";
    return this.#meaning === "stop" ? "stop" : "other";
  }
}

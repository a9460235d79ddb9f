import { providerError } from "../../providers/errors.ts";
import type { ProviderAdapter, ProviderEvent } from "../../providers/port.ts";
import { endedByModel, endedHere, failure, type Outcome } from "./answer-outcome.ts";
import type { RunningAnswer } from "./running-answer.ts";

/**
 * Reads the provider's stream into the answer's log until it ends, is ended, or fails.
 * @param grown called after each network read with its number of events; its promise is awaited before the next
 * read.
 */
export async function writeAnswer(
  answer: RunningAnswer,
  adapter: ProviderAdapter,
  idleTimeoutMs: number,
  grown: (events: number) => Promise<void> | undefined,
): Promise<Outcome> {
  let outcome: Outcome | undefined;
  try {
    for await (const events of adapter.stream(answer.plan.request, {
      signal: answer.signal,
      idleTimeoutMs,
      onBillable: (billable) => {
        answer.billable = billable;
      },
    })) {
      for (const event of events) outcome = take(answer, event) ?? outcome;
      const { stand } = answer;
      if (outcome === undefined && stand === "past") answer.end("past_cap");
      const pause = grown(events.length);
      // A pause delays the end of the call as well: the provider keeps writing until its socket is closed.
      if (answer.cause === undefined && stand === "within") await pause;
    }
  } catch (error) {
    return endedHere(answer) ?? failure(error);
  }
  return outcome ?? endedHere(answer) ?? failure(providerError("cut"));
}

function take(answer: RunningAnswer, event: ProviderEvent): Outcome | undefined {
  switch (event.type) {
    case "text":
      answer.text += event.text;
      answer.textCount.add(event.text);
      answer.mayCite ||= event.text.includes("[");
      answer.append({ type: "delta", text: event.text });
      return undefined;
    case "reasoning":
      answer.reasoned = true;
      answer.reasoning += event.text;
      answer.reasoningCount.add(event.text);
      answer.append({
        type: "reasoning",
        text: event.text,
        ...(event.signature === undefined ? {} : { signature: event.signature }),
        ...(event.redacted === undefined ? {} : { redacted: event.redacted }),
      });
      return undefined;
    case "thought":
      answer.textWasReasoning();
      return undefined;
    case "usage":
      answer.usage = event.usage;
      return undefined;
    case "end":
      return endedByModel(answer, event.reason);
  }
}

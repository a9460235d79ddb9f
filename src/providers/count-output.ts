import { tokenTenths } from "./estimate-tokens.ts";

/**
 * Counts text as it arrives, twice: `tokens` is an upper estimate, charged for a call without a usage report;
 * `leastTokens` is a lower estimate, which shows that a provider has surely exceeded its output cap.
 */
export class OutputCount {
  #tenths = 0;
  #leastHundredths = 0;
  #last: number | undefined;

  add(text: string): void {
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      this.#tenths += tokenTenths(code);
      this.#leastHundredths += leastHundredths(code, this.#last);
      this.#last = code;
    }
  }

  /** Equals {@link estimateTokens} of the whole text. */
  get tokens(): number {
    return Math.ceil(this.#tenths / 10);
  }

  /**
   * Close to the tokenizer with the fewest tokens (OpenAI's `o200k_base`): a quarter token for letters and
   * blanks, a third for digits, 0.4 for ASCII marks, 0.7 for Chinese, Japanese, Korean and each half of an
   * emoji; almost nothing for runs of one blank or mark, which are few tokens however long.
   */
  get leastTokens(): number {
    return Math.floor(this.#leastHundredths / 100);
  }
}

/** Tokenizers differ; the lower count of an answer within its cap never exceeds the cap by this factor. */
const PAST_CAP = 1.25;

/**
 * Where an answer stands to the output cap that its provider was given: `past` it, so that the call should be
 * ended, or `near` that, so that it should be read without a pause.
 * @param leastTokens what {@link OutputCount} counts at least of all that was produced.
 */
export function standToCap(
  leastTokens: number,
  maxOutputTokens: number,
): "within" | "near" | "past" {
  if (leastTokens <= maxOutputTokens) return "within";
  return leastTokens > maxOutputTokens * PAST_CAP ? "past" : "near";
}

function leastHundredths(code: number, last: number | undefined): number {
  if (code >= 0x80) return code < 0x2e80 ? 25 : 70;
  const letter = code | 0x20;
  if (letter >= 0x61 && letter <= 0x7a) return 24;
  if (code >= 0x30 && code <= 0x39) return 33;
  if (code === last) return 5;
  return code === 0x20 || code === 0x0a ? 24 : 40;
}

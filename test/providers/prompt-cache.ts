/** Simulates the providers' prompt caches: a repeated prefix is cheaper the second time. */

import type { PromptPiece, WireFormat } from "./scenario.ts";

/** Both vendors cache nothing shorter. */
const MIN_TOKENS = 1024;
/** Automatic caches grow in steps of this many tokens. */
const STEP_TOKENS = 128;

export class PromptCache {
  readonly #seen = new Set<string>();

  /** Counts the prompt's tokens by how they are billed, and remembers it for the next call. */
  count(pieces: PromptPiece[], caching: WireFormat["caching"], model: string) {
    const total = pieces.reduce((sum, piece) => sum + piece.tokens, 0);
    return caching === "explicit"
      ? this.#explicit(pieces, total, model)
      : this.#automatic(pieces, total, model);
  }

  #explicit(pieces: PromptPiece[], total: number, model: string) {
    let prefix = model;
    let tokens = 0;
    let read = 0;
    let marked = 0;
    for (const piece of pieces) {
      prefix = hash(prefix + piece.text);
      tokens += piece.tokens;
      if (!piece.breakpoint || tokens < MIN_TOKENS) continue;
      if (this.#seen.has(prefix)) read = tokens;
      this.#seen.add(prefix);
      marked = tokens;
    }
    return { inputTokens: total - marked, cacheReadTokens: read, cacheWriteTokens: marked - read };
  }

  #automatic(pieces: PromptPiece[], total: number, model: string) {
    const text = pieces.map((piece) => piece.text).join("\n");
    let prefix = model;
    let read = 0;
    for (let tokens = STEP_TOKENS; tokens <= total; tokens += STEP_TOKENS) {
      prefix = hash(prefix + text.slice((tokens - STEP_TOKENS) * 4, tokens * 4));
      if (tokens >= MIN_TOKENS && this.#seen.has(prefix)) read = tokens;
      this.#seen.add(prefix);
    }
    return { inputTokens: total - read, cacheReadTokens: read, cacheWriteTokens: 0 };
  }
}

function hash(text: string): string {
  return Bun.hash(text).toString(36);
}

/**
 * The built-in model without a key: answers with the sentences of the sources that best match the question,
 * verbatim, each with a citation. It writes nothing itself and says so.
 */

import { estimateRequestTokens, estimateTokens } from "../estimate-tokens.ts";
import { pause } from "../pause.ts";
import type { ProviderAdapter, ProviderCall, ProviderEvent, ProviderRequest } from "../port.ts";
import { type RankedSentence, rankSentences } from "./rank-sentences.ts";

/** Name of its only model. */
export const EXCERPTS_MODEL = "excerpts";
const MAX_QUOTES = 4;
/** Below this share of the best score a sentence is noise. */
const MIN_SHARE = 0.4;
/** Lower for a document's first sentence: a second document is worth more than a second sentence. */
const MIN_SHARE_OF_FIRST = 0.15;
const DEFAULT_PACE_MS = 0;

const HOW_TO_CONNECT =
  "I am the built-in excerpts model: I can only quote passages from your files, word for word. " +
  "For written answers, an administrator can connect a provider such as Anthropic, OpenAI or a local " +
  "Ollama under Admin → Providers.";

export interface ExcerptsOptions {
  /** Milliseconds between groups of words; 0: without a pause. */
  paceMs?: number;
}

/** The adapter behind the model `excerpts`. Needs no network; its answers cost nothing. */
export function excerptsAdapter(options: ExcerptsOptions = {}): ProviderAdapter {
  const paceMs = options.paceMs ?? DEFAULT_PACE_MS;
  return { kind: "excerpts", stream: (request, call) => streamExcerpts(request, call, paceMs) };
}

async function* streamExcerpts(
  request: ProviderRequest,
  call: ProviderCall,
  paceMs: number,
): AsyncGenerator<ProviderEvent[], void, undefined> {
  call.signal.throwIfAborted();
  call.onBillable?.(true);
  const answer = await writeAnswer(request, call.signal);
  const inputTokens = estimateRequestTokens(request);
  const usageOf = (text: string): ProviderEvent => ({
    type: "usage",
    usage: {
      inputTokens,
      cacheReadTokens: 0,
      cacheWriteTokens: 0,
      outputTokens: estimateTokens(text),
      reasoningTokens: 0,
    },
  });
  let sent = "";
  for (const [words] of answer.matchAll(/(?:\s*\S+){1,4}/gu)) {
    if (estimateTokens(sent + words) > request.maxOutputTokens) {
      yield [usageOf(sent), { type: "end", reason: "length" }];
      return;
    }
    if (sent !== "" && paceMs > 0) await pause(paceMs, call.signal);
    call.signal.throwIfAborted();
    sent += words;
    yield [{ type: "text", text: words }];
  }
  yield [usageOf(sent), { type: "end", reason: "stop" }];
}

async function writeAnswer(request: ProviderRequest, signal: AbortSignal): Promise<string> {
  if (request.sources.length === 0) {
    return `There are no files to quote from in this conversation yet. ${HOW_TO_CONNECT}`;
  }
  const ranked = await rankSentences(questionOf(request), request.sources, signal);
  const quotes = choose(ranked);
  if (quotes.length === 0) {
    return `I found no passage in these files that matches your question. ${HOW_TO_CONNECT}`;
  }
  const lines = quotes.map(({ text, label, exact }) => `- ${text} [${label}: "${exact}"]`);
  return `These passages match your question best:\n\n${lines.join("\n")}`;
}

function questionOf(request: ProviderRequest): string {
  const last = request.messages.findLast((message) => message.role === "user");
  const texts = last?.parts.filter((part) => part.type === "text") ?? [];
  return texts.map((part) => part.text).join("\n");
}

interface Quote {
  label: string;
  /** The sentence on one line. */
  text: string;
  /** Words that occur in the source exactly like this. */
  exact: string;
}

function choose(ranked: RankedSentence[]): Quote[] {
  const best = ranked[0]?.score ?? 0;
  const quotes: Quote[] = [];
  for (const { label, text, score } of ranked) {
    const known = quotes.some((quote) => quote.label === label);
    if (quotes.length === MAX_QUOTES) break;
    if (score < best * (known ? MIN_SHARE : MIN_SHARE_OF_FIRST)) continue;
    const line = text.replace(/\s+/g, " ");
    const exact = quotable(text);
    if (exact === "" || quotes.some((quote) => quote.text === line)) continue;
    quotes.push({ label, text: line, exact });
  }
  return quotes;
}

/** The longest run of a sentence that fits between a marker's quotation marks on one line. */
function quotable(text: string): string {
  const runs = text.split(/["\n\r]/).map((run) => run.trim());
  return runs.reduce((longest, run) => (run.length > longest.length ? run : longest), "");
}

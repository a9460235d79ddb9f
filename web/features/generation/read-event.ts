import type { CitationPart, LogEvent, MessageError, TokenUsage } from "../../lib/api-types.ts";
import { integerAt, member, parseJson, textAt } from "../../lib/json.ts";

/**
 * Parses an event of an answer's stream. Undefined for types of newer servers and invalid data; the stream goes
 * on.
 */
export function readEvent(type: string, data: string): LogEvent | undefined {
  const value = parseJson(data);
  switch (type) {
    case "start": {
      const messageId = textAt(value, "messageId");
      return messageId === undefined ? undefined : { type, messageId };
    }
    case "delta": {
      const text = textAt(value, "text");
      return text === undefined ? undefined : { type, text };
    }
    case "reasoning": {
      const text = textAt(value, "text");
      const signature = textAt(value, "signature");
      if (text === undefined) return undefined;
      return {
        type,
        text,
        ...(signature === undefined ? {} : { signature }),
        ...(member(value, "redacted") === true ? { redacted: true } : {}),
      };
    }
    case "thought":
      return { type };
    case "citation": {
      const citation = readCitation(member(value, "citation"));
      return citation && { type, citation };
    }
    case "usage": {
      const usage = readUsage(member(value, "usage"));
      const costMicroUsd = integerAt(value, "costMicroUsd");
      return usage === undefined || costMicroUsd === undefined
        ? undefined
        : { type, usage, costMicroUsd };
    }
    case "done": {
      const status = textAt(value, "status");
      return status === "complete" || status === "stopped" || status === "interrupted"
        ? { type, status }
        : undefined;
    }
    case "error": {
      const error = readError(member(value, "error"));
      return error && { type, error };
    }
    default:
      return undefined;
  }
}

function readCitation(value: unknown): CitationPart | undefined {
  const marker = textAt(value, "marker");
  const quote = textAt(value, "quote");
  const fileId = textAt(value, "fileId");
  const fileVersionId = textAt(value, "fileVersionId");
  const fileName = textAt(value, "fileName");
  const start = integerAt(value, "start");
  const end = integerAt(value, "end");
  if (
    marker === undefined ||
    quote === undefined ||
    fileId === undefined ||
    fileVersionId === undefined ||
    fileName === undefined ||
    start === undefined ||
    end === undefined
  )
    return undefined;
  const verified = member(value, "verified") === true;
  return {
    type: "citation",
    marker,
    quote,
    fileId,
    fileVersionId,
    fileName,
    start,
    end,
    verified,
  };
}

function readUsage(value: unknown): TokenUsage | undefined {
  const inputTokens = integerAt(value, "inputTokens");
  const cacheReadTokens = integerAt(value, "cacheReadTokens");
  const cacheWriteTokens = integerAt(value, "cacheWriteTokens");
  const outputTokens = integerAt(value, "outputTokens");
  const reasoningTokens = integerAt(value, "reasoningTokens");
  if (
    inputTokens === undefined ||
    cacheReadTokens === undefined ||
    cacheWriteTokens === undefined ||
    outputTokens === undefined ||
    reasoningTokens === undefined
  )
    return undefined;
  return { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens };
}

function readError(value: unknown): MessageError | undefined {
  const code = textAt(value, "code");
  const detail = textAt(value, "detail");
  return code === undefined || detail === undefined ? undefined : { code, detail };
}

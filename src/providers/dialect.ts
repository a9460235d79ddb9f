/** How endpoints of one wire format differ, by address and model name. */

import { modelName, modelVersion } from "./model-name.ts";

export const OUTPUT_LIMITS = ["max_completion_tokens", "max_tokens"] as const;
export const SYSTEM_ROLES = ["system", "developer", "user"] as const;
export const REASONING_FORMS = ["effort", "openrouter", "adaptive", "budget", "none"] as const;

export interface Dialect {
  /** OpenAI's reasoning models refuse `max_tokens`; most compatible servers know only that. */
  outputLimit: (typeof OUTPUT_LIMITS)[number];
  /** Asks for usage in the last chunk. Off only for servers that refuse unknown fields. */
  includeUsage: boolean;
  /** Whether a temperature is sent. */
  temperature: boolean;
  /** The role of the instructions; `user`: they stand before the first question. */
  systemRole: (typeof SYSTEM_ROLES)[number];
  /**
   * How thinking is asked for: `effort` is OpenAI's field, `openrouter` its own object, `adaptive` and `budget`
   * are Anthropic's, by version.
   */
  reasoning: (typeof REASONING_FORMS)[number];
  /** Marks the ends of stable prefixes as Anthropic does; OpenRouter passes it on. */
  cacheBreakpoints: boolean;
  /** Sends the model's own thinking back: signed, or in OpenAI's format as `reasoning_content`. */
  signedThinking: boolean;
}

/** Limits that a server stated when it refused more. */
export interface StatedLimits {
  maxOutputTokens?: number | undefined;
  contextWindow?: number | undefined;
}

/** What is changed of a dialect, by an admin or because the server refused the usual form. */
export type DialectChange = {
  [Field in keyof Dialect]?: Dialect[Field] | undefined;
} & StatedLimits;

/** A dialect with a change. */
export function changedDialect(
  dialect: Dialect & StatedLimits,
  change: DialectChange = {},
): Dialect & StatedLimits {
  return {
    outputLimit: change.outputLimit ?? dialect.outputLimit,
    includeUsage: change.includeUsage ?? dialect.includeUsage,
    temperature: change.temperature ?? dialect.temperature,
    systemRole: change.systemRole ?? dialect.systemRole,
    reasoning: change.reasoning ?? dialect.reasoning,
    cacheBreakpoints: change.cacheBreakpoints ?? dialect.cacheBreakpoints,
    signedThinking: change.signedThinking ?? dialect.signedThinking,
    maxOutputTokens: change.maxOutputTokens ?? dialect.maxOutputTokens,
    contextWindow: change.contextWindow ?? dialect.contextWindow,
  };
}

/** Where an adapter's dialect comes from besides address and model name. */
export interface DialectSettings {
  /** An admin's changes. */
  dialect?: DialectChange;
  /** Keeps what the server refused of the model's calls, so that it is found out once. */
  memory?: DialectMemory;
}

export interface DialectMemory {
  get(): DialectChange | undefined;
  /** Adds to what is known. */
  add(change: DialectChange): void;
}

const COMPATIBLE: Dialect = {
  outputLimit: "max_tokens",
  includeUsage: true,
  temperature: true,
  systemRole: "system",
  reasoning: "effort",
  cacheBreakpoints: false,
  signedThinking: false,
};

/**
 * DeepSeek's models from 4 on demand their thinking back after calls of tools, and else ignore it
 * (api-docs.deepseek.com → "Thinking Mode"); some of their hosts demand it always. Other models refuse the field.
 */
const WANTS_THINKING = /^deepseek-?(v?[4-9]|flash|pro)/;

/** OpenAI's own hosts (regional ones too) and Azure's. */
const OPENAI_HOSTS =
  /^([\w-]+\.)?api\.openai\.com$|\.(openai|cognitiveservices|services\.ai)\.azure\.com$/;

/** The dialect of chat completions at an address; a common subset for unknown hosts and models. */
export function openAiDialect(baseUrl: string, model: string): Dialect {
  const host = URL.parse(baseUrl)?.hostname ?? "";
  const signedThinking = WANTS_THINKING.test(modelName(model));
  if (host === "openrouter.ai")
    return { ...COMPATIBLE, signedThinking, reasoning: "openrouter", cacheBreakpoints: true };
  const thinks = isOpenAiThinker(model);
  return {
    ...COMPATIBLE,
    outputLimit: thinks || OPENAI_HOSTS.test(host) ? "max_completion_tokens" : "max_tokens",
    temperature: !thinks,
    signedThinking,
  };
}

/** OpenAI's models that think, which take neither `max_tokens` nor a temperature, behind whatever gateway. */
function isOpenAiThinker(model: string): boolean {
  const name = modelName(model);
  return /^(gpt-[5-9]|o[1-9](-|$)|codex-)/.test(name) && !/-chat/.test(name);
}

/**
 * The dialect of Anthropic's messages for a model. Claude 4.6 and later think adaptively and refuse budgets; 4.7
 * and later refuse sampling parameters (Anthropic's migration guides). A name without a version gets the old rules.
 */
export function anthropicDialect(model: string): Dialect {
  const version = modelVersion(model);
  return {
    ...COMPATIBLE,
    reasoning: version >= 4.06 ? "adaptive" : "budget",
    temperature: version < 4.07,
    cacheBreakpoints: true,
    signedThinking: true,
  };
}

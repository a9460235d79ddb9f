import type { Ctx } from "../../platform/context.ts";
import { estimateRequestTokens, estimateTokens } from "../../providers/estimate-tokens.ts";
import type {
  Effort,
  PromptMessage,
  PromptPart,
  ProviderRequest,
  SystemBlock,
} from "../../providers/port.ts";
import type { ResolvedAgent } from "../agents/index.ts";
import type { Corpus } from "../knowledge/index.ts";
import type { ChosenModel } from "../models/index.ts";
import type { ProjectScope } from "../projects/index.ts";
import type { MessageRow } from "../threads/index.ts";
import { contextTooLong } from "./errors.ts";
import { fitHistory } from "./fit-history.ts";
import { fitManifest } from "./fit-manifest.ts";
import { gatherSources } from "./gather-sources.ts";
import { renderSources } from "./render-sources.ts";
import type { CitableSource } from "./running-answer.ts";
import type { ContextManifest } from "./schema.ts";

const DEFAULT_MAX_OUTPUT = 8_192;
/** For models that think: their thinking counts as output. */
const DEFAULT_MAX_OUTPUT_THINKING = 32_768;
/** Maximum share of a small context window that is reserved for the answer. */
const MAX_OUTPUT_SHARE = 0.5;
/**
 * Share of the remaining window, after instructions, for files and passages; the rest is for the conversation.
 */
const KNOWLEDGE_SHARE = 0.6;

export interface ContextInput {
  scope: ProjectScope;
  projectInstructions: string;
  agent: ResolvedAgent;
  model: ChosenModel;
  /** How much the model thinks; null: as it does by itself. */
  effort: Effort | null;
  /** The beginning of the project's files. */
  corpus: Corpus;
  /** The branch to answer, oldest first; the last one is the question. */
  branch: MessageRow[];
}

export interface BuiltContext {
  request: ProviderRequest;
  sources: CitableSource[];
  manifest: ContextManifest;
}

const CITING = `Answer from the project's sources where they bear on the question, and say so plainly when they do not.
When you use a source, quote it and cite it right behind the sentence, in exactly this form: [S1: "exact words from the source"]
S1 is the label of the source. Copy the quoted words letter by letter, at most two sentences of them, and never invent a source.`;

/**
 * Builds the prompt for one answer, and its manifest. The stable prefix comes first so that providers can cache
 * it: instructions, then whole files where they fit. Passages change with every question, so they follow the
 * history, next to the question, and the cached prefix stays valid.
 * @throws {Problem} 422 `message_too_long` when the question alone does not fit.
 */
export async function buildContext(ctx: Ctx, input: ContextInput): Promise<BuiltContext> {
  const { agent, effort, model } = input;
  const maxOutputTokens = outputCap(input);
  const instructions = instructionsOf(input);
  const question = input.branch.at(-1);
  if (question === undefined) throw new Error("There is nothing to answer");
  const asked = textOf(question);
  const bare: ProviderRequest = {
    model: model.name,
    system: [
      { text: [...instructions.map(({ text }) => text), CITING].join("\n\n"), cacheable: true },
    ],
    messages: [{ role: "user", parts: [{ type: "text", text: asked }] }],
    sources: [],
    maxOutputTokens,
    ...(agent.temperature === null ? {} : { temperature: agent.temperature }),
    ...(model.reasoning ? { thinks: true } : {}),
    ...(effort === null ? {} : { effort }),
  };
  const room = model.contextWindow - maxOutputTokens - estimateRequestTokens(bare);
  if (room < 0) throw contextTooLong();

  const knowledgeRoom = Math.floor(room * KNOWLEDGE_SHARE);
  const gathered = await gatherSources(ctx, input.scope, input.corpus, asked, knowledgeRoom);
  const history = fitHistory(input.branch.slice(0, -1), room - gathered.tokens, model.id);
  return {
    request: {
      ...bare,
      system: [...bare.system, ...sourceBlock(gathered.whole)],
      messages: withStablePrefix(history.messages, questionMessage(asked, gathered.passages)),
      sources: gathered.sources.map(({ label, title, text }) => ({ label, title, text })),
    },
    sources: gathered.sources,
    manifest: {
      model: model.displayName,
      contextWindow: model.contextWindow,
      maxOutputTokens,
      items: fitManifest([
        ...instructions.map(({ kind, title, tokens }) => ({ kind, title, tokens, included: true })),
        ...gathered.items,
        ...history.items,
        {
          kind: "message" as const,
          title: "Question",
          tokens: estimateTokens(asked),
          included: true,
          messageId: question.id,
        },
      ]),
    },
  };
}

function outputCap({ agent, effort, model }: ContextInput): number {
  const usual =
    model.reasoning && effort !== "off" ? DEFAULT_MAX_OUTPUT_THINKING : DEFAULT_MAX_OUTPUT;
  const wanted = agent.maxOutputTokens ?? usual;
  return Math.max(
    1,
    Math.min(wanted, model.maxOutputTokens, Math.floor(model.contextWindow * MAX_OUTPUT_SHARE)),
  );
}

function instructionsOf({ projectInstructions, agent }: ContextInput) {
  const given = [
    { kind: "agent" as const, title: agent.name, text: agent.instructions },
    { kind: "instructions" as const, title: "Project instructions", text: projectInstructions },
  ];
  return given
    .filter(({ text }) => text.trim() !== "")
    .map((item) => ({ ...item, tokens: estimateTokens(item.text) }));
}

function sourceBlock(whole: CitableSource[]): SystemBlock[] {
  return whole.length === 0 ? [] : [{ text: renderSources(whole), cacheable: true }];
}

function questionMessage(text: string, passages: CitableSource[]): PromptMessage {
  const parts: PromptPart[] = [{ type: "text", text }];
  if (passages.length > 0) parts.unshift({ type: "text", text: renderSources(passages) });
  return { role: "user", parts };
}

/**
 * The history and the question, with the end marked of what the next call repeats: a question with passages is
 * followed by the same question without them, so that the history ends the prefix.
 */
function withStablePrefix(history: PromptMessage[], question: PromptMessage): PromptMessage[] {
  const messages = [...history, question];
  const last = question.parts.length === 1 ? messages.length - 1 : history.length - 1;
  return messages.map((message, index) =>
    index === last ? { ...message, cacheable: true } : message,
  );
}

/** The text of a message, without citations and thinking. */
function textOf(message: MessageRow): string {
  return message.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n\n");
}

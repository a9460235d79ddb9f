/**
 * The one door through which the browser's code knows the server: types alone, erased when built.
 */
export type { ModelChoice } from "../../src/features/admin/schema.ts";
export type { Agent, NewAgent } from "../../src/features/agents/schema.ts";
export type { ContextManifest, LogEvent } from "../../src/features/generation/schema.ts";
export type {
  ApiKey,
  CreatedApiKey,
  Me,
  Session,
  SetupState,
} from "../../src/features/identity/schema.ts";
export type { Member, Project } from "../../src/features/projects/schema.ts";
export type {
  CitationPart,
  MessageError,
  MessagePart,
  MessageStatus,
} from "../../src/features/threads/schema.ts";

import type {
  ContextManifest,
  GenerationStatus,
  LogEvent,
} from "../../src/features/generation/schema.ts";
import type { Project } from "../../src/features/projects/schema.ts";
import type {
  MessageError,
  MessagePart,
  MessageStatus,
} from "../../src/features/threads/schema.ts";

export type TokenUsage = Extract<LogEvent, { type: "usage" }>["usage"];
export type ProjectRole = Project["role"];

export type Message = {
  id: string;
  threadId: string;
  parentId: string | null;
  role: "user" | "assistant";
  parts: MessagePart[];
  status: MessageStatus;
  error: MessageError | null;
  generationId: string | null;
  modelId: string | null;
  modelName: string | null;
  agentId: string | null;
  authorName: string | null;
  usage: TokenUsage | null;
  costMicroUsd: number | null;
  createdAt: string;
};

export type Thread = {
  id: string;
  projectId: string;
  projectName: string;
  title: string;
  visibility: "private" | "project";
  ownerId: string;
  ownerName: string;
  leafId: string | null;
  agentId: string | null;
  modelId: string | null;
  mayWrite: boolean;
  mayManage: boolean;
  version: number;
  lastMessageAt: string;
  createdAt: string;
  updatedAt: string;
  deletedAt: string | null;
};
export type ThreadDetail = Thread & { messages: Message[] };
export type StartedAnswer = {
  userMessage: Message;
  assistantMessage: Message;
  generationId: string;
};
export type Generation = {
  id: string;
  threadId: string;
  messageId: string;
  status: GenerationStatus;
  manifest: ContextManifest;
  usage: TokenUsage | null;
  costMicroUsd: number | null;
  createdAt: string;
  endedAt: string | null;
};

export type FileVersion = {
  id: string;
  fileId: string;
  fileName: string;
  version: number;
  sha256: string;
  sizeBytes: number;
  mediaType: string;
  status: "queued" | "reading" | "ready" | "failed";
  failure: { code: string; detail: string } | null;
  note: string | null;
  textLength: number | null;
  tokenCount: number | null;
  pageCount: number | null;
  language: string | null;
  createdBy: string | null;
  createdAt: string;
};
export type KnowledgeFile = {
  id: string;
  projectId: string;
  name: string;
  currentVersionId: string | null;
  newest: FileVersion;
  createdAt: string;
  deletedAt: string | null;
};
export type FileText = {
  fileId: string;
  fileVersionId: string;
  fileName: string;
  start: number;
  end: number;
  textLength: number;
  text: string;
  pageStarts: number[];
};
export type SearchHit = {
  fileId: string;
  fileVersionId: string;
  fileName: string;
  start: number;
  end: number;
  page: number | null;
  text: string;
  highlights: { start: number; end: number }[];
  score: number;
};
type Spent = { calls: number; costMicroUsd: number; usage: TokenUsage };
export type UsageReport = {
  totals: Spent;
  byModel: ({ provider: string; model: string } & Spent)[];
  byDay: ({ day: string } & Spent)[];
};

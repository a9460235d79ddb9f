/**
 * The one door through which the browser's code knows the server: types alone, erased when built.
 */
export type {
  AdminModel,
  AdminProvider,
  AdminUser,
  CatalogueEntry,
  CreatedUser,
  ModelChoice,
  ProviderChange,
  ProviderTestResult,
  ResetLink,
  WorkspaceSettings,
} from "../../src/features/admin/schema.ts";
export type { Agent, NewAgent } from "../../src/features/agents/schema.ts";
export type {
  ContextManifest,
  Generation,
  LogEvent,
  StartedAnswer,
} from "../../src/features/generation/schema.ts";
export type {
  ApiKey,
  CreatedApiKey,
  Me,
  Session,
  SetupState,
} from "../../src/features/identity/schema.ts";
export type { UsageReport } from "../../src/features/metering/schema.ts";
export type { Member, Project } from "../../src/features/projects/schema.ts";
export type {
  CitationPart,
  Message,
  MessageError,
  MessagePart,
  MessageStatus,
  Thread,
  ThreadDetail,
} from "../../src/features/threads/schema.ts";

import type { LogEvent } from "../../src/features/generation/schema.ts";
import type { Project } from "../../src/features/projects/schema.ts";

export type TokenUsage = Extract<LogEvent, { type: "usage" }>["usage"];
export type ProjectRole = Project["role"];

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

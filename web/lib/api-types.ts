/**
 * The one door through which the browser's code knows the server: types alone, erased when built.
 */

export type {
  AdminUser,
  CreatedUser,
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
export type {
  File as KnowledgeFile,
  FileText,
  FileVersion,
  SearchHit,
} from "../../src/features/knowledge/schema.ts";
export type { UsageReport } from "../../src/features/metering/schema.ts";
export type {
  AdminModel,
  AdminProvider,
  CatalogueEntry,
  ModelChoice,
  ProviderChange,
  ProviderTestResult,
} from "../../src/features/models/schema.ts";
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

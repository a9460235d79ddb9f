/**
 * The shapes of the API by the names that the web uses. They come from the OpenAPI document; the
 * events of a running answer are not in it and come from the server's schema, as types alone.
 */

export type { LogEvent } from "../../src/features/generation/schema.ts";
export type {
  AdminModel,
  AdminProvider,
  AdminUser,
  Agent,
  ApiKey,
  AuditEntry,
  ContextManifest,
  CreatedApiKey,
  File as KnowledgeFile,
  FileText,
  FileVersion,
  Generation,
  Me,
  Member,
  Message,
  ModelChoice,
  NewAgent,
  NewProvider,
  PasswordJudgement,
  Project,
  ProjectStorage,
  ProviderChange,
  ResetLink,
  SearchHit,
  Session,
  SetupState,
  StartedAnswer,
  Thread,
  ThreadDetail,
  ThreadMessage,
  TokenUsage,
  UsageReport,
} from "./api-schema.ts";

import type { Message, operations, Project } from "./api-schema.ts";

export type AuditQuery = NonNullable<operations["get_admin_audit"]["parameters"]["query"]>;
export type AuditAction = NonNullable<AuditQuery["action"]>;
export type MessagePart = Message["parts"][number];
export type CitationPart = Extract<MessagePart, { type: "citation" }>;
export type MessageStatus = Message["status"];
export type MessageError = NonNullable<Message["error"]>;
export type ProjectRole = Project["role"];

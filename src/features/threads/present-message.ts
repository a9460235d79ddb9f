import type { MessageRow } from "./repo.ts";
import type { Message } from "./schema.ts";

/** Parts of a message that other features provide. */
export interface MessageExtras {
  authorName: string | null;
  modelName: string | null;
  usage: Message["usage"];
  costMicroUsd: number | null;
}

/** A message in the API's format. */
export function presentMessage(row: MessageRow, extras: MessageExtras): Message {
  return {
    id: row.id,
    threadId: row.threadId,
    parentId: row.parentId,
    role: row.role,
    parts: row.parts,
    status: row.status,
    error: row.error,
    generationId: row.generationId,
    modelId: row.modelId,
    modelName: extras.modelName,
    agentId: row.agentId,
    authorName: extras.authorName,
    usage: extras.usage,
    costMicroUsd: extras.costMicroUsd,
    createdAt: row.createdAt.toISOString(),
  };
}

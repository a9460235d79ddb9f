import type { ReadonlySignal } from "@preact/signals";
import type { CitationPart, Message, ThreadDetail } from "../../lib/api-types.ts";
import type { StreamState } from "../../lib/sse-client.ts";
import type { AnswerState } from "../generation/index.ts";
import type { MessageTree } from "./message-tree.ts";

/** What a message on the page is told, whoever wrote it. */
export type MessageProps = {
  message: Message;
  thread: ThreadDetail;
  /** One of the last of the branch, which are what is seen first. */
  recent: boolean;
  tree: ReadonlySignal<MessageTree>;
  live: ReadonlySignal<(AnswerState & { generationId: string }) | undefined>;
  connection: ReadonlySignal<StreamState>;
  /** An answer of the branch is being written: nothing else can be started. */
  busy: boolean;
  onCite: (citation: CitationPart) => void;
  onChoose: (messageId: string) => void;
  onRegenerate: (message: Message, modelId: string | null) => void;
  onEdit: (message: Message, text: string) => Promise<void>;
};

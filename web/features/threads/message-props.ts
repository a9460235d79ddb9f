import type { ReadonlySignal } from "@preact/signals";
import type { CitationPart, Message, ThreadDetail } from "../../lib/api-types.ts";
import type { StreamState } from "../../lib/sse-client.ts";
import type { AnswerState } from "../generation/index.ts";
import type { MessageTree } from "./message-tree.ts";

/** Properties of a message on the page, of either role. */
export type MessageProps = {
  message: Message;
  thread: ThreadDetail;
  /** Among the last messages of the branch, which are seen first. */
  recent: boolean;
  tree: ReadonlySignal<MessageTree>;
  live: ReadonlySignal<(AnswerState & { generationId: string }) | undefined>;
  connection: ReadonlySignal<StreamState>;
  /** An answer of the branch is running: nothing else can be started. */
  busy: boolean;
  onCite: (citation: CitationPart) => void;
  onChoose: (messageId: string) => void;
  onRegenerate: (message: Message, modelId: string | null) => void;
  onEdit: (message: Message, text: string) => Promise<void>;
  /** Asks for the rest of an answer; absent unless it is the last message. */
  onContinue: (() => void) | undefined;
};

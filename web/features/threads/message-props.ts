import type { ReadonlySignal } from "@preact/signals";
import type { CitationPart, ThreadDetail, ThreadMessage } from "../../lib/api-types.ts";
import type { StreamState } from "../../lib/sse-client.ts";
import type { AnswerState } from "../generation/index.ts";

/** Properties of a message on the page, of either role. */
export type MessageProps = {
  message: ThreadMessage;
  thread: ThreadDetail;
  /** Among the last messages of the branch, which are seen first. */
  recent: boolean;
  live: ReadonlySignal<(AnswerState & { generationId: string }) | undefined>;
  connection: ReadonlySignal<StreamState>;
  /** An answer of the branch is running: nothing else can be started. */
  busy: boolean;
  onCite: (citation: CitationPart) => void;
  onChoose: (messageId: string) => void;
  onRegenerate: (message: ThreadMessage, modelId: string | null) => void;
  onEdit: (message: ThreadMessage, text: string) => Promise<void>;
  /** Asks for the rest of an answer; absent unless it is the last message. */
  onContinue: (() => void) | undefined;
};

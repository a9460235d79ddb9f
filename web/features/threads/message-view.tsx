import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { formatDateTime, t } from "../../lib/i18n.ts";
import { AnswerBody, textOf } from "../generation/index.ts";
import { EditMessage } from "./edit-message.tsx";
import { MessageActions } from "./message-actions.tsx";
import type { MessageProps } from "./message-props.ts";

/** One message of the branch, of either role. */
export function MessageView(props: MessageProps): JSX.Element {
  return props.message.role === "user" ? (
    <UserMessage {...props} />
  ) : (
    <AssistantMessage {...props} />
  );
}

function UserMessage(props: MessageProps): JSX.Element {
  const { message } = props;
  const editing = useSignal(false);
  const text = textOf(message.parts);
  const article = useRef<HTMLElement>(null);
  const cancelled = useRef(false);
  useLayoutEffect(() => {
    // The field had the focus and is gone; without this, the focus would go to the start of the page.
    if (cancelled.current) article.current?.focus();
    cancelled.current = false;
  }, [editing.value]);
  return (
    <article
      ref={article}
      id={message.id}
      class="message user"
      tabIndex={-1}
      aria-label={t("message.from", { name: message.authorName ?? t("message.you") })}
    >
      {editing.value ? (
        <EditMessage
          text={text}
          onCancel={() => {
            cancelled.current = true;
            editing.value = false;
          }}
          onSend={async (changed) => {
            await props.onEdit(message, changed);
            editing.value = false;
          }}
        />
      ) : (
        <div class="bubble" dir="auto" title={formatDateTime(message.createdAt)}>
          {text}
        </div>
      )}
      {!editing.value && (
        <MessageActions
          {...props}
          text={text}
          onStartEdit={() => {
            editing.value = true;
          }}
        />
      )}
    </article>
  );
}

function AssistantMessage(props: MessageProps): JSX.Element {
  const { message } = props;
  const running = message.status === "running";
  // Only the running message reads the live answer, so only it is redrawn as text arrives.
  const live = running || message.parts.length === 0 ? props.live.value : undefined;
  const mine = live && live.generationId === message.generationId ? live : undefined;
  const shown = running && mine ? mine : message;
  return (
    <article
      id={message.id}
      class="message assistant"
      tabIndex={-1}
      aria-label={t("message.answer")}
      aria-busy={running}
    >
      <AnswerBody
        parts={shown.parts}
        eager={props.recent}
        status={shown.status}
        error={shown.error ?? undefined}
        waiting={running && props.connection.value === "waiting"}
        onCite={props.onCite}
        onRetry={
          props.thread.mayWrite && !props.busy ? () => props.onRegenerate(message, null) : undefined
        }
        onContinue={props.thread.mayWrite && !props.busy ? props.onContinue : undefined}
      />
      {!running && <MessageActions {...props} text={textOf(shown.parts)} />}
    </article>
  );
}

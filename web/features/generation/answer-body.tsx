import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type {
  CitationPart,
  MessageError,
  MessagePart,
  MessageStatus,
} from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { textOf } from "./apply-event.ts";
import { Prose } from "./prose.tsx";

export type AnswerBodyProps = {
  parts: readonly MessagePart[];
  status: MessageStatus;
  error: MessageError | undefined;
  /** The connection is lost and being reopened. */
  waiting: boolean;
  /** Among the first messages seen. */
  eager: boolean;
  onCite: (citation: CitationPart) => void;
  onRetry: (() => void) | undefined;
  /** Asks the model to go on where it was cut. */
  onContinue: (() => void) | undefined;
};

const ends = {
  stopped: { label: "answer.stopped", tone: "plain" },
  interrupted: { label: "answer.interrupted", tone: "warn" },
} as const;

/** An answer in any state: empty, running, complete, stopped, interrupted, failed. */
export function AnswerBody(props: AnswerBodyProps): JSX.Element {
  const { text, citations } = useMemo(
    () => ({
      text: textOf(props.parts),
      citations: props.parts.filter((part): part is CitationPart => part.type === "citation"),
    }),
    [props.parts],
  );
  const running = props.status === "running";
  const reasoning = props.parts
    .map((part) => (part.type === "reasoning" && !part.redacted ? part.text : ""))
    .join("");
  const end =
    props.status === "stopped" || props.status === "interrupted" ? ends[props.status] : undefined;
  return (
    <>
      {reasoning && (
        <details class="reasoning">
          <summary>{t(running && text === "" ? "answer.thinking" : "answer.thought")}</summary>
          <p>{reasoning}</p>
        </details>
      )}
      {text === "" && running && !reasoning && (
        <p class="answer-wait" role="status">
          <span class="dots" aria-hidden="true" />
          <span class="visually-hidden">{t("thread.answering")}</span>
        </p>
      )}
      {text !== "" && (
        <Prose
          text={text}
          citations={citations}
          streaming={running}
          eager={props.eager}
          onCite={props.onCite}
        />
      )}
      {props.waiting && (
        <p class="answer-state">
          <Badge tone="warn">{t("answer.reconnecting")}</Badge>
        </p>
      )}
      {end && (
        <p class="answer-state">
          <Badge tone={end.tone}>{t(end.label)}</Badge>
          {props.status === "interrupted" && (
            <span class="muted small">{t("answer.interrupted.detail")}</span>
          )}
          {props.onRetry && (
            <Button size="sm" icon="retry" onClick={props.onRetry}>
              {t("answer.retry")}
            </Button>
          )}
        </p>
      )}
      {props.status === "complete" && props.error && (
        <p class="answer-state">
          <Badge tone="warn">{t(text.trim() === "" ? "answer.empty" : "answer.cut")}</Badge>
          <span class="muted small">{props.error.detail}</span>
          {props.error.code === "length"
            ? props.onContinue && (
                <Button size="sm" onClick={props.onContinue}>
                  {t("answer.continue")}
                </Button>
              )
            : props.onRetry && (
                <Button size="sm" icon="retry" onClick={props.onRetry}>
                  {t("answer.retry")}
                </Button>
              )}
        </p>
      )}
      {props.status === "failed" && (
        <div class="answer-error" role="alert">
          <Icon name="warning" size={20} />
          <div class="grow">
            <p>{props.error?.detail ?? t("answer.failed")}</p>
            {props.error && <p class="small muted">{props.error.code}</p>}
          </div>
          {props.onRetry && (
            <Button size="sm" icon="retry" onClick={props.onRetry}>
              {t("answer.retry")}
            </Button>
          )}
        </div>
      )}
    </>
  );
}

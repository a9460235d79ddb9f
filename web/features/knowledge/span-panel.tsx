import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../lib/i18n.ts";
import { useResource } from "../../lib/resource.ts";
import { IconButton, LinkButton } from "../../ui/button.tsx";
import { EmptyState, ErrorState, Skeleton } from "../../ui/states.tsx";
import { Highlighted } from "./highlighted.tsx";
import { readText } from "./read-text.ts";

/** UTF-16 units of text shown on either side of the span. */
const AROUND = 6_000;

export type SpanPanelProps = {
  projectId: string;
  fileId: string;
  fileVersionId: string;
  fileName: string;
  start: number;
  end: number;
  note?: ComponentChildren;
  onClose: () => void;
};

/** A file beside the page, opened at an exact span of a version. */
export function SpanPanel(props: SpanPanelProps): JSX.Element {
  const panel = useRef<HTMLElement>(null);
  const from = Math.max(0, props.start - AROUND);
  const resource = useResource(
    (signal) => readText(props.projectId, props.fileVersionId, from, props.end + AROUND, signal),
    [props.fileVersionId, props.start, props.end],
  );
  const text = resource.data.value;
  const error = resource.error.value;
  useEffect(() => {
    const before = document.activeElement;
    panel.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected)
        before.focus({ preventScroll: true });
    };
  }, []);
  useEffect(() => {
    panel.current?.querySelector("mark")?.scrollIntoView({ block: "center" });
  }, [text]);
  return (
    <aside
      ref={panel}
      class="side-panel"
      tabIndex={-1}
      aria-label={t("source.panel", { name: props.fileName })}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        props.onClose();
      }}
    >
      <header class="side-head">
        <h2 class="truncate">{props.fileName}</h2>
        <IconButton icon="close" label={t("common.close")} tip="none" onClick={props.onClose} />
      </header>
      {props.note}
      <div
        class="side-text"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        role="document"
        aria-label={t("source.text", { name: props.fileName })}
      >
        {error?.status === 404 ? (
          <EmptyState icon="file" title={t("source.gone")}>
            {t("source.gone.detail")}
          </EmptyState>
        ) : error ? (
          <ErrorState
            title={t("source.failed")}
            detail={error.detail}
            onRetry={() => void resource.load()}
          />
        ) : text ? (
          <pre>
            {text.start > 0 && "…"}
            <Highlighted
              text={text.text}
              spans={[{ start: props.start - text.start, end: props.end - text.start }]}
            />
            {text.end < text.textLength && "…"}
          </pre>
        ) : (
          <Skeleton lines={12} />
        )}
      </div>
      <footer class="side-foot">
        <LinkButton size="sm" href={`/projects/${props.projectId}/knowledge?file=${props.fileId}`}>
          {t("source.openFile")}
        </LinkButton>
      </footer>
    </aside>
  );
}

import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../lib/i18n.ts";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";
import { focusAddedRow, rowsOf } from "./keep-focus.ts";

/** An empty list: why it is empty, and what to do first. */
export function EmptyState(props: {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
}): JSX.Element {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={props.icon} size={24} />
      </span>
      <p class="empty-title">{props.title}</p>
      {props.children && <p class="empty-text">{props.children}</p>}
      {props.action}
    </div>
  );
}

/** Shown instead of data that could not be loaded, with a retry button. */
export function ErrorState(props: {
  title: string;
  detail?: string | undefined;
  requestId?: string | undefined;
  onRetry?: (() => void) | undefined;
}): JSX.Element {
  return (
    <div class="empty error" role="alert">
      <span class="empty-icon">
        <Icon name="warning" size={24} />
      </span>
      <p class="empty-title">{props.title}</p>
      {props.detail && <p class="empty-text">{props.detail}</p>}
      {props.requestId && (
        <p class="faint small">
          {t("common.requestId")} <code>{props.requestId}</code>
        </p>
      )}
      {props.onRetry && (
        <Button icon="retry" onClick={props.onRetry}>
          {t("common.tryAgain")}
        </Button>
      )}
    </div>
  );
}

/** Placeholder lines of the expected size, so that nothing moves when data arrives. */
export function Skeleton(props: { lines?: number; height?: string; label?: string }): JSX.Element {
  const lines = Array.from({ length: props.lines ?? 3 }, (_, index) => index);
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">{props.label ?? t("common.loading")}</span>
      {lines.map((line) => (
        <span
          key={line}
          class="skeleton-line"
          style={{ blockSize: props.height ?? "1rem", inlineSize: `${92 - ((line * 37) % 40)}%` }}
        />
      ))}
    </div>
  );
}

/** Placeholder rows of a list that is loading. */
export function SkeletonRows(props: { rows?: number; height?: string }): JSX.Element {
  const rows = Array.from({ length: props.rows ?? 4 }, (_, index) => index);
  return (
    <div class="skeleton rows" role="status">
      <span class="visually-hidden">{t("common.loading")}</span>
      {rows.map((row) => (
        <span key={row} class="skeleton-line" style={{ blockSize: props.height ?? "3.25rem" }} />
      ))}
    </div>
  );
}

/** The button below a list with more pages; the focus moves on to the first row that it adds. */
export function LoadMore(props: {
  more: boolean;
  busy: boolean;
  onLoad: () => void;
}): JSX.Element | null {
  const box = useRef<HTMLDivElement>(null);
  const before = useRef<{ list: Element; count: number } | undefined>(undefined);
  useLayoutEffect(() => {
    const { list, count } = before.current ?? {};
    if (props.busy || !list || count === undefined) return;
    before.current = undefined;
    // Elsewhere meanwhile, or after a failure: the button is there again.
    if (document.activeElement !== document.body && !box.current?.contains(document.activeElement))
      return;
    if (!focusAddedRow(list, count)) box.current?.querySelector("button")?.focus();
  });
  if (!props.more) return null;
  return (
    <div class="load-more" ref={box}>
      <Button
        busy={props.busy}
        onClick={() => {
          const list = box.current?.previousElementSibling;
          before.current = list ? { list, count: rowsOf(list).length } : undefined;
          props.onLoad();
        }}
      >
        {t("common.loadMore")}
      </Button>
    </div>
  );
}

import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

const FOCUSABLE = "a[href], button:not([disabled]), input:not([disabled]), select, textarea";

/** Whether nothing has the focus: the browser then starts again at the top of the page. */
const nothingFocused = () =>
  document.activeElement === null || document.activeElement === document.body;

/**
 * Gives the focus a place when the focused element inside `area` is removed, such as a deleted row's menu: the
 * next row, else the previous one, else `fallback`.
 */
export function useKeptFocus(
  area: RefObject<HTMLElement | null>,
  fallback: RefObject<HTMLElement | null>,
): void {
  useEffect(() => {
    const within = area.current;
    if (!within) return;
    let last: Node | undefined;
    const onFocus = (event: FocusEvent) => {
      last = event.target instanceof HTMLElement ? event.target : undefined;
    };
    const onBlur = ({ target }: FocusEvent) => {
      // Removal and disabling blur an element too; only a user who left it needs it no more.
      queueMicrotask(() => {
        const left = target instanceof HTMLElement && target.isConnected;
        if (left && !target.matches(":disabled") && last === target) last = undefined;
      });
    };
    const observer = new MutationObserver((records) => {
      if (!last || last.isConnected || !nothingFocused()) return;
      const gone = last;
      last = undefined;
      const place = records.find(({ removedNodes }) =>
        [...removedNodes].some((node) => node.contains(gone)),
      );
      const target = focusableIn(place?.nextSibling) ?? focusableIn(place?.previousSibling);
      (target ?? fallback.current)?.focus();
    });
    within.addEventListener("focusin", onFocus);
    within.addEventListener("focusout", onBlur);
    observer.observe(within, { childList: true, subtree: true });
    return () => {
      observer.disconnect();
      within.removeEventListener("focusin", onFocus);
      within.removeEventListener("focusout", onBlur);
    };
  }, []);
}

/** The first control of a row of a list or table. */
function focusableIn(row: Node | null | undefined): HTMLElement | null {
  return row instanceof HTMLElement && row.matches("li, tr") && row.isConnected
    ? row.querySelector<HTMLElement>(FOCUSABLE)
    : null;
}

/**
 * Gives the focus to the first row that was added below `list`, where a button to show more rows had it.
 * @param count number of rows before.
 */
export function focusAddedRow(list: Element, count: number): boolean {
  const row = rowsOf(list)[count];
  const target = row?.querySelector<HTMLElement>(FOCUSABLE);
  target?.focus();
  return target !== undefined && target !== null;
}

/** The rows of a list or table. */
export function rowsOf(list: Element): readonly Element[] {
  return [...list.querySelectorAll(":scope > li, tbody > tr")];
}

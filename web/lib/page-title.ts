import { useEffect } from "preact/hooks";
import { announce } from "./announce.ts";

let named = false;

/**
 * Sets the tab's title and announces the page to screen readers, as a page load would. When the focused element
 * is gone, the focus moves to the new page's content.
 */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title === undefined) return;
    document.title = `${title} · Atelier`;
    announce(title);
    if (named && document.activeElement === document.body) focusContent();
    named = true;
  }, [title]);
}

/** Puts the focus at the start of the page's content. */
export function focusContent(): void {
  const main = document.getElementById("main");
  if (!main) return;
  main.tabIndex = -1;
  main.focus({ preventScroll: true });
}

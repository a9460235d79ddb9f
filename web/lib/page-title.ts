import { useEffect } from "preact/hooks";
import { announce } from "./announce.ts";

let named = false;

/**
 * Names the page in the browser's tab and to screen readers, as a page of its own would be. When what had
 * the focus went with the page before, the keyboard goes on at the new page's content.
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

function focusContent(): void {
  const main = document.getElementById("main");
  if (!main) return;
  main.tabIndex = -1;
  main.focus({ preventScroll: true });
}

import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}

/** Focuses the page's composer, if it has one. */
export function focusComposer(): boolean {
  const composer = document.querySelector<HTMLTextAreaElement>("textarea[data-composer]");
  composer?.focus();
  return composer !== null;
}

/**
 * Global shortcuts: ⌘K or Ctrl+K searches, ⇧⌘O or Ctrl+Shift+O starts a thread, `/` focuses the composer.
 * Escape, which stops an answer, is handled by the thread's page.
 */
export function useShortcuts(act: { openPalette: () => void; closeDrawer: () => void }): void {
  const { route } = useLocation();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const command = event.metaKey || event.ctrlKey;
      const key = event.key.toLowerCase();
      if (command && !event.shiftKey && !event.altKey && key === "k") {
        event.preventDefault();
        act.openPalette();
      } else if (command && event.shiftKey && key === "o") {
        event.preventDefault();
        route("/");
        requestAnimationFrame(focusComposer);
      } else if (key === "/" && !command && !event.altKey && !isTyping(event.target)) {
        if (focusComposer()) event.preventDefault();
      } else if (key === "escape") {
        act.closeDrawer();
      }
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [route]);
}

const isApple = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Shortcuts in the platform's notation. */
export const keys = {
  search: isApple ? "⌘ K" : "Ctrl K",
  newThread: isApple ? "⇧ ⌘ O" : "Ctrl ⇧ O",
} as const;

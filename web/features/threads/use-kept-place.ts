import type { RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/**
 * Keeps what the reader sees where it is while messages are added above it. Browsers do so themselves, but not at
 * the very top of a page, and not all of them. The focus of the button that asked for them goes to the message
 * that was the first.
 * @param firstId the first message; when it changes, messages were added or replaced.
 */
export function useKeptPlace(
  list: RefObject<HTMLElement | null>,
  firstId: string | undefined,
): void {
  const drawn = useRef(firstId);
  // The page still shows what was drawn before.
  const first = drawn.current === firstId ? null : list.current?.querySelector("article");
  const top = first?.getBoundingClientRect().top ?? 0;
  const asked = document.activeElement?.closest(".earlier") != null;
  useLayoutEffect(() => {
    drawn.current = firstId;
    if (!first?.isConnected) return;
    scrollBy(0, first.getBoundingClientRect().top - top);
    if (asked) first.focus({ preventScroll: true });
  }, [firstId]);
}

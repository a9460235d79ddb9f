import { signal } from "@preact/signals";

/** Text of the page's live region. */
export const announcement = signal("");

/** Announces text to screen readers outside the focused element. */
export function announce(text: string): void {
  // The same text would not be announced again.
  announcement.value = announcement.value === text ? `${text}\u00a0` : text;
}

import { signal } from "@preact/signals";

/** What the page's live region says. */
export const announcement = signal("");

/** Has a screen reader say something that is not where the focus is. */
export function announce(text: string): void {
  // The same words twice would not be read again.
  announcement.value = announcement.value === text ? `${text}\u00a0` : text;
}

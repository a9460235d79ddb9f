const PREFIX = "atelier.draft.";

/** Drafts: typed text, stored in this browser until it is sent. */
export function readDraft(key: string): string {
  try {
    return localStorage.getItem(PREFIX + key) ?? "";
  } catch {
    return "";
  }
}

export function writeDraft(key: string, text: string): void {
  try {
    if (text === "") localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, text);
  } catch {
    // Storage may be full or blocked; the text is still in the box.
  }
}

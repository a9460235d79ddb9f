import { type ReadonlySignal, signal } from "@preact/signals";

export type Toast = {
  id: number;
  text: string;
  tone: "plain" | "danger";
  action?: { label: string; run: () => void } | undefined;
  /** Id of what the toast offers to undo. */
  undoes?: string | undefined;
};

const shown = signal<readonly Toast[]>([]);
let next = 1;

/** The toasts on the page, oldest first. */
export const toasts: ReadonlySignal<readonly Toast[]> = shown;

export function dismissToast(id: number): void {
  shown.value = shown.value.filter((toast) => toast.id !== id);
}

/** Removes the offer to undo something that was undone elsewhere. */
export function dismissUndo(undoes: string): void {
  shown.value = shown.value.filter((toast) => toast.undoes !== undoes);
}

/**
 * Shows a toast. With an action (such as undo), or for a failure, it stays 10 seconds, else 5; at most three
 * are shown.
 */
export function toast(
  text: string,
  options: Partial<Pick<Toast, "tone" | "action" | "undoes">> = {},
): void {
  const id = next++;
  shown.value = [
    ...shown.value,
    {
      id,
      text,
      tone: options.tone ?? "plain",
      action: options.action,
      undoes: options.undoes,
    },
  ].slice(-3);
  setTimeout(() => dismissToast(id), options.action || options.tone === "danger" ? 10_000 : 5_000);
}

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { t } from "../lib/i18n.ts";
import { IconButton } from "./button.tsx";

type Toast = {
  id: number;
  text: string;
  tone: "plain" | "danger";
  action?: { label: string; run: () => void } | undefined;
};

const shown = signal<readonly Toast[]>([]);
let next = 1;

function dismiss(id: number): void {
  shown.value = shown.value.filter((toast) => toast.id !== id);
}

/**
 * Says something in passing. With an action (such as undo) it stays 10 seconds, without one 5; at
 * most three are shown at once.
 */
export function toast(
  text: string,
  options: { tone?: "plain" | "danger"; action?: { label: string; run: () => void } } = {},
): void {
  const id = next++;
  shown.value = [
    ...shown.value,
    { id, text, tone: options.tone ?? "plain", action: options.action },
  ].slice(-3);
  setTimeout(() => dismiss(id), options.action || options.tone === "danger" ? 10_000 : 5_000);
}

export function ToastRegion(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {shown.value.map((item) => (
        <div key={item.id} class={`toast ${item.tone}`}>
          <span class="grow">{item.text}</span>
          {item.action && (
            <button
              type="button"
              class="toast-action"
              onClick={() => {
                dismiss(item.id);
                item.action?.run();
              }}
            >
              {item.action.label}
            </button>
          )}
          <IconButton
            icon="close"
            size="sm"
            tip="none"
            label={t("common.dismiss")}
            onClick={() => dismiss(item.id)}
          />
        </div>
      ))}
    </div>
  );
}

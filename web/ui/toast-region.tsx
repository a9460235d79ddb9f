import type { JSX } from "preact";
import { t } from "../lib/i18n.ts";
import { focusContent } from "../lib/page-title.ts";
import { dismissToast, toasts } from "../lib/toast.ts";
import { IconButton } from "./button.tsx";

/** The button that was pressed goes with its toast: the content is where to go on. */
function close(id: number): void {
  dismissToast(id);
  focusContent();
}

/** The region where toasts appear and are announced. */
export function ToastRegion(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((item) => (
        <div key={item.id} class={`toast ${item.tone}`}>
          <span class="grow">{item.text}</span>
          {item.action && (
            <button
              type="button"
              class="toast-action"
              onClick={() => {
                close(item.id);
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
            onClick={() => close(item.id)}
          />
        </div>
      ))}
    </div>
  );
}

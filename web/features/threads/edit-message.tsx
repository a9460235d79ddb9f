import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useAction } from "../../lib/action.ts";
import { t } from "../../lib/i18n.ts";
import { Button } from "../../ui/button.tsx";
import { FormError } from "../../ui/form-error.tsx";

/** Edits a question; the old one stays as a branch. */
export function EditMessage(props: {
  text: string;
  onSend: (text: string) => Promise<void>;
  onCancel: () => void;
}): JSX.Element {
  const text = useSignal(props.text);
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    box.current?.focus();
    box.current?.setSelectionRange(props.text.length, props.text.length);
  }, []);
  const send = useAction(() => props.onSend(text.value.trim()));
  const submit = () => {
    if (text.value.trim() !== "") void send.run();
  };
  return (
    <form
      class="edit-message"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <FormError error={send.error.value} />
      <textarea
        ref={box}
        class="input textarea"
        aria-label={t("message.edit")}
        value={text.value}
        maxLength={100_000}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.preventDefault();
            props.onCancel();
          } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
            event.preventDefault();
            submit();
          }
        }}
      />
      <div class="row">
        <Button type="submit" look="primary" size="sm" busy={send.busy.value}>
          {t("composer.send")}
        </Button>
        <Button size="sm" onClick={props.onCancel}>
          {t("common.cancel")}
        </Button>
        <span class="muted small">{t("message.edit.hint")}</span>
      </div>
    </form>
  );
}

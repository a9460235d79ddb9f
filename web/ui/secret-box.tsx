import type { JSX } from "preact";
import { t } from "../lib/i18n.ts";
import { toast } from "../lib/toast.ts";
import { Button } from "./button.tsx";

/** A value that is shown once, with a copy button, which has the focus when a dialog opens with it. */
export function SecretBox(props: { value: string }): JSX.Element {
  const copy = () => {
    navigator.clipboard.writeText(props.value).then(
      () => toast(t("common.copied")),
      () => toast(t("common.copyFailed"), { tone: "danger" }),
    );
  };
  return (
    <div class="secret">
      <code>{props.value}</code>
      <Button icon="copy" size="sm" autoFocus onClick={copy}>
        {t("common.copy")}
      </Button>
    </div>
  );
}

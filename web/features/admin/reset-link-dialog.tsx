import type { JSX } from "preact";
import type { ResetLink } from "../../lib/api-types.ts";
import { formatDateTime, t } from "../../lib/i18n.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SecretBox } from "../../ui/secret-box.tsx";

/** Shows the link once; anyone who has it can set the password. */
export function ResetLinkDialog(props: { link: ResetLink; onClose: () => void }): JSX.Element {
  return (
    <Dialog
      title={t("admin.resetLink.title")}
      onClose={props.onClose}
      footer={
        <Button look="primary" onClick={props.onClose}>
          {t("common.done")}
        </Button>
      }
    >
      <p>{t("admin.resetLink.text", { when: formatDateTime(props.link.expiresAt) })}</p>
      <SecretBox value={props.link.url} />
    </Dialog>
  );
}

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api } from "../../lib/api.ts";
import { passwordRequest } from "../../lib/confirm-password.ts";
import { t } from "../../lib/i18n.ts";
import { typed } from "../../ui/bind.ts";
import { Input } from "../../ui/field.tsx";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { me } from "./session.ts";

/** Asks for the password while an action waits for it; when cancelled, the action stays refused. */
export function ConfirmPassword(): JSX.Element | null {
  const request = passwordRequest.value;
  return request ? <ConfirmPasswordDialog onEnd={request.end} /> : null;
}

function ConfirmPasswordDialog(props: { onEnd: (confirmed: boolean) => void }): JSX.Element {
  const password = useSignal("");
  const confirm = useAction(async () => {
    await api.POST("/me/confirm-password", { body: { password: password.value } });
    props.onEnd(true);
  });
  return (
    <FormDialog
      title={t("confirmPassword.title")}
      action={confirm}
      submit={t("confirmPassword.action")}
      onClose={() => props.onEnd(false)}
    >
      <p>{t("confirmPassword.why")}</p>
      <input type="hidden" name="username" autocomplete="username" value={me.value?.email ?? ""} />
      <Input
        label={t("field.password")}
        type="password"
        autoComplete="current-password"
        {...typed(password)}
        error={confirm.error.value?.field("password")}
        required
        autoFocus
      />
    </FormDialog>
  );
}

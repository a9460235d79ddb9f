import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, read } from "../../lib/api.ts";
import type { CreatedApiKey } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { chosen, typed } from "../../ui/bind.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Input, Select } from "../../ui/field.tsx";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { SecretBox } from "../../ui/secret-box.tsx";

export function NewKeyDialog(props: {
  onClose: () => void;
  onCreated: (key: CreatedApiKey) => void;
}): JSX.Element {
  const name = useSignal("");
  const scope = useSignal("write");
  const days = useSignal("90");
  const create = useAction(async () => {
    const key = await read(
      api.POST("/me/api-keys", {
        body: {
          name: name.value.trim(),
          scopes: scope.value === "write" ? ["read", "write"] : ["read"],
          expiresInDays: days.value === "" ? null : Number(days.value),
        },
      }),
    );
    props.onCreated(key);
  });
  return (
    <FormDialog
      title={t("keys.new")}
      onClose={props.onClose}
      action={create}
      submit={t("keys.create")}
    >
      <Input
        label={t("field.name")}
        hint={t("keys.name.hint")}
        {...typed(name)}
        maxLength={120}
        required
        autoFocus
      />
      <Select
        label={t("keys.scope")}
        {...chosen(scope)}
        options={[
          { value: "write", label: t("keys.scope.write") },
          { value: "read", label: t("keys.scope.read") },
        ]}
      />
      <Select
        label={t("keys.expiry")}
        {...chosen(days)}
        options={[
          ...[30, 90, 365].map((count) => ({
            value: String(count),
            label: t("keys.days", { count }),
          })),
          { value: "", label: t("keys.noExpiry") },
        ]}
      />
    </FormDialog>
  );
}

/** The one time that a secret can be seen. */
export function ShowKeyDialog(props: { value: string; onClose: () => void }): JSX.Element {
  return (
    <Dialog
      title={t("keys.made.title")}
      onClose={props.onClose}
      footer={
        <Button look="primary" onClick={props.onClose}>
          {t("common.done")}
        </Button>
      }
    >
      <p>{t("keys.made.text")}</p>
      <SecretBox value={props.value} />
    </Dialog>
  );
}

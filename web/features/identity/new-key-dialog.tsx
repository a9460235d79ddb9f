import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, path } from "../../lib/api.ts";
import type { CreatedApiKey } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Input, Select } from "../../ui/field.tsx";
import { SecretBox } from "../../ui/secret-box.tsx";
import { FormError } from "./form-error.tsx";

export function NewKeyDialog(props: {
  onClose: () => void;
  onCreated: (key: CreatedApiKey) => void;
}): JSX.Element {
  const name = useSignal("");
  const scope = useSignal("write");
  const days = useSignal("90");
  const create = useAction(async () => {
    const key = await api.post<CreatedApiKey>(path`/me/api-keys`, {
      name: name.value.trim(),
      scopes: scope.value === "write" ? ["read", "write"] : ["read"],
      expiresInDays: days.value === "" ? null : Number(days.value),
    });
    props.onCreated(key);
  });
  return (
    <Dialog
      title={t("keys.new")}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>{t("common.cancel")}</Button>
          <Button look="primary" type="submit" form="new-key" busy={create.busy.value}>
            {t("keys.create")}
          </Button>
        </>
      }
    >
      <form
        id="new-key"
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void create.run();
        }}
      >
        <FormError error={create.error.value} />
        <Input
          label={t("field.name")}
          hint={t("keys.name.hint")}
          value={name.value}
          maxLength={120}
          onInput={(value) => {
            name.value = value;
          }}
          required
          autoFocus
        />
        <Select
          label={t("keys.scope")}
          value={scope.value}
          options={[
            { value: "write", label: t("keys.scope.write") },
            { value: "read", label: t("keys.scope.read") },
          ]}
          onChange={(value) => {
            scope.value = value;
          }}
        />
        <Select
          label={t("keys.expiry")}
          value={days.value}
          options={[
            ...[30, 90, 365].map((count) => ({
              value: String(count),
              label: t("keys.days", { count }),
            })),
            { value: "", label: t("keys.noExpiry") },
          ]}
          onChange={(value) => {
            days.value = value;
          }}
        />
      </form>
    </Dialog>
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

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, path } from "../../lib/api.ts";
import type { CreatedUser, ResetLink } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Input, Select } from "../../ui/field.tsx";
import { FormError } from "../identity/form-error.tsx";

export function NewUserDialog(props: {
  onClose: () => void;
  onCreated: (link: ResetLink) => void;
}): JSX.Element {
  const name = useSignal("");
  const email = useSignal("");
  const role = useSignal("member");
  const create = useAction(async () => {
    const made = await api.post<CreatedUser>(path`/admin/users`, {
      name: name.value.trim(),
      email: email.value,
      role: role.value,
    });
    props.onCreated(made.resetLink);
  });
  const failure = create.error.value;
  return (
    <Dialog
      title={t("admin.users.new")}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>{t("common.cancel")}</Button>
          <Button look="primary" type="submit" form="new-user" busy={create.busy.value}>
            {t("admin.users.create")}
          </Button>
        </>
      }
    >
      <form
        id="new-user"
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void create.run();
        }}
      >
        <FormError error={failure?.errors.length ? undefined : failure} />
        <Input
          label={t("field.name")}
          value={name.value}
          maxLength={120}
          error={failure?.field("name")}
          onInput={(value) => {
            name.value = value;
          }}
          required
          autoFocus
        />
        <Input
          label={t("field.email")}
          type="email"
          value={email.value}
          error={failure?.field("email")}
          onInput={(value) => {
            email.value = value;
          }}
          required
        />
        <Select
          label={t("members.role")}
          value={role.value}
          options={[
            { value: "member", label: t("admin.role.member") },
            { value: "admin", label: t("admin.role.admin") },
          ]}
          onChange={(value) => {
            role.value = value;
          }}
        />
      </form>
    </Dialog>
  );
}

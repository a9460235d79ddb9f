import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, read } from "../../lib/api.ts";
import type { AdminUser, ResetLink } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { chosen, typed } from "../../ui/bind.ts";
import { Input, Select } from "../../ui/field.tsx";
import { FormDialog } from "../../ui/form-dialog.tsx";

export function NewUserDialog(props: {
  onClose: () => void;
  onCreated: (link: ResetLink) => void;
}): JSX.Element {
  const name = useSignal("");
  const email = useSignal("");
  const role = useSignal<AdminUser["role"]>("member");
  const create = useAction(async () => {
    const made = await read(
      api.POST("/admin/users", {
        body: {
          name: name.value.trim(),
          email: email.value,
          role: role.value,
        },
      }),
    );
    props.onCreated(made.resetLink);
  });
  const failure = create.error.value;
  return (
    <FormDialog
      title={t("admin.users.new")}
      onClose={props.onClose}
      action={create}
      submit={t("admin.users.create")}
    >
      <Input
        label={t("field.name")}
        {...typed(name)}
        maxLength={120}
        error={failure?.field("name")}
        required
        autoFocus
      />
      <Input
        label={t("field.email")}
        type="email"
        {...typed(email)}
        error={failure?.field("email")}
        required
      />
      <Select
        label={t("members.role")}
        {...chosen(role)}
        options={[
          { value: "member", label: t("admin.role.member") },
          { value: "admin", label: t("admin.role.admin") },
        ]}
      />
    </FormDialog>
  );
}

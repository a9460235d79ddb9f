import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, newIdempotencyKey, once, read } from "../../lib/api.ts";
import type { Project } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { typed } from "../../ui/bind.ts";
import { Input, Textarea } from "../../ui/field.tsx";
import { FormDialog } from "../../ui/form-dialog.tsx";

export function NewProjectDialog(props: {
  onClose: () => void;
  onCreated: (project: Project) => void;
}): JSX.Element {
  const name = useSignal("");
  const description = useSignal("");
  const key = useSignal(newIdempotencyKey());
  const create = useAction(async () => {
    const project = await read(
      api.POST("/projects", {
        body: { name: name.value.trim(), description: description.value },
        headers: once(key.value),
      }),
    );
    props.onCreated(project);
  });
  return (
    <FormDialog
      title={t("projects.new")}
      onClose={props.onClose}
      action={create}
      submit={t("projects.create")}
    >
      <Input
        label={t("field.name")}
        {...typed(name)}
        maxLength={120}
        error={create.error.value?.field("name")}
        required
        autoFocus
      />
      <Textarea
        label={t("field.description")}
        hint={t("projects.description.hint")}
        rows={3}
        maxLength={2000}
        {...typed(description)}
      />
    </FormDialog>
  );
}

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, newIdempotencyKey, path } from "../../lib/api.ts";
import type { Project } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Input, Textarea } from "../../ui/field.tsx";
import { FormError } from "../identity/form-error.tsx";

export function NewProjectDialog(props: {
  onClose: () => void;
  onCreated: (project: Project) => void;
}): JSX.Element {
  const name = useSignal("");
  const description = useSignal("");
  const key = useSignal(newIdempotencyKey());
  const create = useAction(async () => {
    const project = await api.post<Project>(
      path`/projects`,
      { name: name.value.trim(), description: description.value },
      { idempotencyKey: key.value },
    );
    props.onCreated(project);
  });
  return (
    <Dialog
      title={t("projects.new")}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>{t("common.cancel")}</Button>
          <Button look="primary" type="submit" form="new-project" busy={create.busy.value}>
            {t("projects.create")}
          </Button>
        </>
      }
    >
      <form
        id="new-project"
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void create.run();
        }}
      >
        <FormError error={create.error.value} />
        <Input
          label={t("field.name")}
          value={name.value}
          maxLength={120}
          error={create.error.value?.field("name")}
          onInput={(value) => {
            name.value = value;
          }}
          required
          autoFocus
        />
        <Textarea
          label={t("field.description")}
          hint={t("projects.description.hint")}
          rows={3}
          maxLength={2000}
          value={description.value}
          onInput={(value) => {
            description.value = value;
          }}
        />
      </form>
    </Dialog>
  );
}

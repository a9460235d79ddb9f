import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, at, ifMatch, read } from "../../lib/api.ts";
import type { Project } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import type { Resource } from "../../lib/resource.ts";
import { typed } from "../../ui/bind.ts";
import { Input, Textarea } from "../../ui/field.tsx";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { projects } from "../shell/index.ts";

/** A project's name and description. */
export function EditProjectDialog(props: {
  project: Project;
  resource: Resource<Project>;
  onClose: () => void;
}): JSX.Element {
  const name = useSignal(props.project.name);
  const description = useSignal(props.project.description);
  const save = useAction(
    async () => {
      props.resource.data.value = await read(
        api.PATCH("/projects/{projectId}", {
          ...at({ projectId: props.project.id }),
          body: { name: name.value.trim(), description: description.value },
          headers: ifMatch(props.project.version),
        }),
      );
      void projects.load();
      props.onClose();
    },
    { onConflict: () => props.resource.load() },
  );
  return (
    <FormDialog title={t("project.edit")} onClose={props.onClose} action={save}>
      <Input label={t("field.name")} {...typed(name)} maxLength={120} required autoFocus />
      <Textarea label={t("field.description")} rows={3} maxLength={2000} {...typed(description)} />
    </FormDialog>
  );
}

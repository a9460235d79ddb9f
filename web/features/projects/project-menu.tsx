import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { attempt, useAction } from "../../lib/action.ts";
import { api, at, ifMatch, read } from "../../lib/api.ts";
import type { Project } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import type { Resource } from "../../lib/resource.ts";
import { toast } from "../../lib/toast.ts";
import { typed } from "../../ui/bind.ts";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Input, Textarea } from "../../ui/field.tsx";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { Menu } from "../../ui/menu.tsx";
import { restoreTime } from "../identity/index.ts";
import { projects } from "../shell/index.ts";

type Props = { project: Project; resource: Resource<Project> };

/** What can be done to a project as a whole: rename, archive, delete. */
export function ProjectMenu({ project, resource }: Props): JSX.Element | null {
  const { route } = useLocation();
  const asking = useSignal<"edit" | "delete" | undefined>(undefined);
  const archive = useAction(
    async () => {
      const archived = project.archivedAt !== null;
      if (archived)
        await api.DELETE("/projects/{projectId}/archive", at({ projectId: project.id }));
      else await api.PUT("/projects/{projectId}/archive", at({ projectId: project.id }));
      toast(t(archived ? "projects.unarchivedToast" : "projects.archivedToast"));
      await Promise.all([resource.load(), projects.load()]);
    },
    { toast: true },
  );
  const restore = async () => {
    await api.POST("/projects/{projectId}/restore", at({ projectId: project.id }));
    await projects.load();
  };
  const remove = useAction(
    async () => {
      await api.DELETE("/projects/{projectId}", at({ projectId: project.id }));
      await projects.load();
      route("/projects");
      toast(t("projects.deletedToast", { name: project.name }), {
        action: {
          label: t("common.undo"),
          run: () => attempt(restore()),
        },
      });
    },
    { toast: true },
  );
  if (project.role === "viewer") return null;
  const owner = project.role === "owner" && !project.personal;
  return (
    <>
      <Menu
        label={t("project.menu")}
        items={[
          !project.personal && {
            label: t("project.edit"),
            icon: "edit",
            onSelect: () => {
              asking.value = "edit";
            },
          },
          owner && {
            label: t(project.archivedAt ? "project.unarchive" : "project.archive"),
            icon: "archive",
            onSelect: () => void archive.run(),
          },
          owner && {
            label: t("project.delete"),
            icon: "trash",
            danger: true,
            onSelect: () => {
              asking.value = "delete";
            },
          },
        ]}
      />
      {asking.value === "edit" && (
        <EditDialog
          project={project}
          resource={resource}
          onClose={() => {
            asking.value = undefined;
          }}
        />
      )}
      {asking.value === "delete" && (
        <ConfirmDialog
          title={t("project.delete.title", { name: project.name })}
          action={t("project.delete")}
          busy={remove.busy.value}
          onConfirm={() => void remove.run()}
          onClose={() => {
            asking.value = undefined;
          }}
        >
          <p>{t("project.delete.text", { time: restoreTime() })}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function EditDialog(props: Props & { onClose: () => void }): JSX.Element {
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

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { attempt, useAction } from "../../lib/action.ts";
import { api, at } from "../../lib/api.ts";
import type { Project } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import type { Resource } from "../../lib/resource.ts";
import { toast } from "../../lib/toast.ts";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Menu } from "../../ui/menu.tsx";
import { restoreTime } from "../identity/index.ts";
import { projects } from "../shell/index.ts";
import { EditProjectDialog } from "./edit-project-dialog.tsx";

/** Actions on a project: rename, archive, delete. */
export function ProjectMenu(props: {
  project: Project;
  resource: Resource<Project>;
}): JSX.Element | null {
  const { project, resource } = props;
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
        undoes: project.id,
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
        <EditProjectDialog
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

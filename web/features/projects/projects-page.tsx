import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { useAction } from "../../lib/action.ts";
import { api, at, read } from "../../lib/api.ts";
import type { Project } from "../../lib/api-types.ts";
import { formatDate, t } from "../../lib/i18n.ts";
import { useTitle } from "../../lib/page-title.ts";
import { useList } from "../../lib/resource.ts";
import { dismissUndo, toast } from "../../lib/toast.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState, ErrorState, LoadMore, SkeletonRows } from "../../ui/states.tsx";
import { PageHead, Tabs } from "../../ui/tabs.tsx";
import { restoreTime } from "../identity/index.ts";
import { projects } from "../shell/index.ts";
import { NewProjectDialog } from "./new-project-dialog.tsx";
import { ProjectCard } from "./project-card.tsx";

type View = "active" | "archived" | "deleted";

function viewOf(name: string | undefined): View {
  return name === "archived" || name === "deleted" ? name : "active";
}

/** All my projects, with tabs for archived and deleted ones. */
export default function ProjectsPage(): JSX.Element {
  useTitle(t("projects.title"));
  const { query, route } = useLocation();
  const view = viewOf(query.view);
  const creating = useSignal(query.new === "true");
  const list = useList<Project>(
    (cursor, signal) =>
      read(
        api.GET("/projects", {
          params: {
            query: {
              cursor,
              limit: 30,
              archived: view === "archived",
              deleted: view === "deleted",
            },
          },
          signal,
        }),
      ),
    [view],
  );
  const restore = useAction(
    async (project: Project) => {
      await api.POST("/projects/{projectId}/restore", at({ projectId: project.id }));
      dismissUndo(project.id);
      toast(t("projects.restored", { name: project.name }));
      await Promise.all([list.load(), projects.load()]);
    },
    { toast: true },
  );
  const items = list.items.value;
  return (
    <main id="main" class="page">
      <PageHead
        title={t("projects.title")}
        actions={
          <Button
            look="primary"
            icon="plus"
            onClick={() => {
              creating.value = true;
            }}
          >
            {t("projects.new")}
          </Button>
        }
      />
      <Tabs
        label={t("projects.views")}
        current={view}
        tabs={[
          { id: "active", label: t("projects.active"), href: "/projects" },
          { id: "archived", label: t("projects.archived"), href: "/projects?view=archived" },
          { id: "deleted", label: t("projects.deleted"), href: "/projects?view=deleted" },
        ]}
      />
      {list.error.value && !items ? (
        <ErrorState
          title={t("projects.failed")}
          detail={list.error.value.detail}
          requestId={list.error.value.requestId}
          onRetry={() => void list.load()}
        />
      ) : !items ? (
        <SkeletonRows rows={3} height="6.5rem" />
      ) : items.length === 0 ? (
        <EmptyState
          icon={view === "active" ? "folder" : view === "archived" ? "archive" : "trash"}
          title={t(
            view === "active"
              ? "projects.empty"
              : view === "archived"
                ? "projects.emptyArchived"
                : "projects.emptyDeleted",
          )}
        >
          {t(
            view === "active"
              ? "projects.empty.detail"
              : view === "archived"
                ? "projects.emptyArchived.detail"
                : "projects.emptyDeleted.detail",
            { time: restoreTime() },
          )}
        </EmptyState>
      ) : view === "deleted" ? (
        <ul class="rows">
          {items.map((project) => (
            <li key={project.id} class="row-item">
              <div class="grow">
                <p class="row-title">{project.name}</p>
                <p class="muted small">
                  {project.restorableUntil &&
                    t("common.restorableUntil", { date: formatDate(project.restorableUntil) })}
                </p>
              </div>
              <Button size="sm" onClick={() => void restore.run(project)}>
                {t("common.restore")}
              </Button>
            </li>
          ))}
        </ul>
      ) : (
        <ul class="cards">
          {items.map((project) => (
            <li key={project.id}>
              <ProjectCard project={project} />
            </li>
          ))}
        </ul>
      )}
      <LoadMore more={list.more.value} busy={list.busy.value} onLoad={() => void list.loadMore()} />
      {creating.value && (
        <NewProjectDialog
          onClose={() => {
            creating.value = false;
          }}
          onCreated={(project) => {
            void projects.load();
            route(`/projects/${project.id}`);
          }}
        />
      )}
    </main>
  );
}

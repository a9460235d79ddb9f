import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { useAction } from "../../lib/action.ts";
import { api, at, read } from "../../lib/api.ts";
import type { Project, Thread } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { useList } from "../../lib/resource.ts";
import { dismissUndo, toast } from "../../lib/toast.ts";
import { Button, LinkButton } from "../../ui/button.tsx";
import { EmptyState, ErrorState, LoadMore, SkeletonRows } from "../../ui/states.tsx";
import { Section } from "../../ui/tabs.tsx";
import { restoreTime } from "../identity/index.ts";
import { recentThreads } from "../shell/index.ts";
import { Composer } from "./composer.tsx";
import { rememberStart, startThread } from "./start-thread.ts";
import { ThreadMenu } from "./thread-menu.tsx";
import { ThreadRow } from "./thread-row.tsx";

/** The threads of a project that I may see, with a composer for a new one. */
export function ProjectThreads(props: { project: Project }): JSX.Element {
  const { project } = props;
  const { query, route } = useLocation();
  const deleted = query.view === "deleted";
  const here = `/projects/${project.id}`;
  const list = useList<Thread>(
    (cursor, signal) =>
      read(
        api.GET("/projects/{projectId}/threads", {
          params: { path: { projectId: project.id }, query: { cursor, limit: 30, deleted } },
          signal,
        }),
      ),
    [project.id, deleted],
  );
  const restore = useAction(
    async (thread: Thread) => {
      await api.POST("/threads/{threadId}/restore", at({ threadId: thread.id }));
      dismissUndo(thread.id);
      toast(t("threads.restored"));
      await Promise.all([list.load(), recentThreads.load()]);
    },
    { toast: true },
  );
  const items = list.items.value;
  return (
    <div class="stack">
      {project.archivedAt === null && !deleted && (
        <Composer
          draftKey={`project.${project.id}`}
          projectId={project.id}
          placeholder={t("threads.ask")}
          attach={project.role !== "viewer"}
          onSend={async (text, choice) => {
            const started = await startThread(project.id, text, choice);
            rememberStart(started);
            route(`/threads/${started.thread.id}`);
          }}
        />
      )}
      {project.archivedAt && <p class="notice">{t("project.archivedNote")}</p>}
      <Section
        title={t(deleted ? "threads.deleted" : "project.tab.threads")}
        actions={
          <LinkButton href={deleted ? here : `${here}?view=deleted`} size="sm" look="quiet">
            {t(deleted ? "threads.showActive" : "threads.showDeleted")}
          </LinkButton>
        }
      >
        {list.error.value && !items ? (
          <ErrorState
            title={t("threads.failed")}
            detail={list.error.value.detail}
            requestId={list.error.value.requestId}
            onRetry={() => void list.load()}
          />
        ) : !items ? (
          <SkeletonRows rows={4} />
        ) : items.length === 0 ? (
          <EmptyState
            icon={deleted ? "trash" : "thread"}
            title={t(deleted ? "threads.emptyDeleted" : "threads.empty")}
          >
            {deleted
              ? t("threads.emptyDeleted.detail", { time: restoreTime() })
              : t("threads.empty.detail")}
          </EmptyState>
        ) : (
          <ul class="rows">
            {items.map((thread) => (
              <li key={thread.id}>
                <ThreadRow
                  thread={thread}
                  actions={
                    deleted ? (
                      <Button size="sm" onClick={() => void restore.run(thread)}>
                        {t("common.restore")}
                      </Button>
                    ) : (
                      thread.mayManage && (
                        <ThreadMenu thread={thread} onChanged={() => void list.load()} />
                      )
                    )
                  }
                />
              </li>
            ))}
          </ul>
        )}
        <LoadMore
          more={list.more.value}
          busy={list.busy.value}
          onLoad={() => void list.loadMore()}
        />
      </Section>
    </div>
  );
}

import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, at, read } from "../../lib/api.ts";
import type { KnowledgeFile } from "../../lib/api-types.ts";
import { formatAgo, t } from "../../lib/i18n.ts";
import { useList } from "../../lib/resource.ts";
import { dismissUndo, toast } from "../../lib/toast.ts";
import { Button, LinkButton } from "../../ui/button.tsx";
import { EmptyState, ErrorState, LoadMore, SkeletonRows } from "../../ui/states.tsx";
import { Section } from "../../ui/tabs.tsx";
import { restoreTime } from "../identity/index.ts";

/** Deleted files that can still be restored. */
export function DeletedFiles(props: { projectId: string; back: string }): JSX.Element {
  const list = useList<KnowledgeFile>(
    (cursor, signal) =>
      read(
        api.GET("/projects/{projectId}/files", {
          params: {
            path: { projectId: props.projectId },
            query: { cursor, limit: 50, deleted: true },
          },
          signal,
        }),
      ),
    [props.projectId],
  );
  const restore = useAction(
    async (file: KnowledgeFile) => {
      await api.POST(
        "/projects/{projectId}/files/{fileId}/restore",
        at({ projectId: props.projectId, fileId: file.id }),
      );
      dismissUndo(file.id);
      toast(t("file.restored", { name: file.name }));
      await list.load();
    },
    { toast: true },
  );
  const items = list.items.value;
  return (
    <Section
      title={t("file.showDeleted")}
      actions={
        <LinkButton href={props.back} size="sm" look="quiet">
          {t("file.showActive")}
        </LinkButton>
      }
    >
      {list.error.value && !items ? (
        <ErrorState
          title={t("knowledge.failed")}
          detail={list.error.value.detail}
          onRetry={() => void list.load()}
        />
      ) : !items ? (
        <SkeletonRows rows={3} />
      ) : items.length === 0 ? (
        <EmptyState icon="trash" title={t("file.emptyDeleted")}>
          {t("file.emptyDeleted.detail", { time: restoreTime() })}
        </EmptyState>
      ) : (
        <ul class="rows">
          {items.map((file) => (
            <li key={file.id} class="row-item">
              <div class="grow">
                <p class="row-title truncate">{file.name}</p>
                {file.deletedAt && <p class="muted small">{formatAgo(file.deletedAt)}</p>}
              </div>
              <Button size="sm" onClick={() => void restore.run(file)}>
                {t("common.restore")}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <LoadMore more={list.more.value} busy={list.busy.value} onLoad={() => void list.loadMore()} />
    </Section>
  );
}

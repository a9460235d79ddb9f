import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import { api, read } from "../../lib/api.ts";
import type { KnowledgeFile, Project } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { useList } from "../../lib/resource.ts";
import { Button, LinkButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { EmptyState, ErrorState, LoadMore, SkeletonRows } from "../../ui/states.tsx";
import { Section } from "../../ui/tabs.tsx";
import { DeletedFiles } from "./deleted-files.tsx";
import { FileDialog } from "./file-dialog.tsx";
import { FileRow } from "./file-row.tsx";
import { SearchFiles } from "./search-files.tsx";
import { StorageUsage } from "./storage-usage.tsx";
import { UploadRow } from "./upload-row.tsx";
import { startUploads, uploads } from "./uploads.ts";

/** Poll interval while files are being read, in ms. */
const POLL = 1_500;

/** The files of a project: upload, reading status, search. */
export function KnowledgeTab(props: { project: Project }): JSX.Element {
  const { project } = props;
  const { query, route } = useLocation();
  const over = useSignal(false);
  const deleted = query.view === "deleted";
  const picker = useRef<HTMLInputElement>(null);
  const list = useList<KnowledgeFile>(
    (cursor, signal) =>
      read(
        api.GET("/projects/{projectId}/files", {
          params: { path: { projectId: project.id }, query: { cursor, limit: 50 } },
          signal,
        }),
      ),
    [project.id],
  );
  const items = list.items.value;
  const mayEdit = project.role !== "viewer" && project.archivedAt === null;
  const mine = uploads.value.filter((upload) => upload.projectId === project.id);
  const reading =
    items?.some((file) => file.newest.status === "queued" || file.newest.status === "reading") ??
    false;

  useEffect(() => {
    if (!reading) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void list.load();
    }, POLL);
    return () => clearInterval(timer);
  }, [reading]);

  const add = (files: FileList | null | undefined) => {
    if (files && files.length > 0) startUploads(project.id, [...files], () => void list.load());
  };
  const q = query.q ?? "";
  const here = `/projects/${project.id}/knowledge`;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping files is one way; the button beside it is the other
    <div
      class={over.value ? "drop-zone over" : "drop-zone"}
      onDragOver={(event) => {
        if (!mayEdit || !event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        over.value = true;
      }}
      onDragLeave={(event) => {
        const to = event.relatedTarget;
        if (!(to instanceof Node) || !event.currentTarget.contains(to)) over.value = false;
      }}
      onDrop={(event) => {
        event.preventDefault();
        over.value = false;
        if (mayEdit) add(event.dataTransfer?.files);
      }}
    >
      {deleted && <DeletedFiles projectId={project.id} back={here} />}
      {!deleted && <SearchFiles projectId={project.id} query={q} />}
      {q === "" && !deleted && (
        <Section
          title={t("knowledge.files")}
          detail={t("knowledge.detail")}
          actions={
            mayEdit && (
              <>
                <LinkButton href={`${here}?view=deleted`} size="sm" look="quiet">
                  {t("file.showDeleted")}
                </LinkButton>
                <Button icon="upload" onClick={() => picker.current?.click()}>
                  {t("knowledge.upload")}
                </Button>
              </>
            )
          }
        >
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            onChange={(event) => {
              add(event.currentTarget.files);
              event.currentTarget.value = "";
            }}
          />
          {mine.length > 0 && (
            <ul class="rows" aria-label={t("knowledge.uploads")}>
              {mine.map((upload) => (
                <UploadRow key={upload.id} upload={upload} />
              ))}
            </ul>
          )}
          {list.error.value && !items ? (
            <ErrorState
              title={t("knowledge.failed")}
              detail={list.error.value.detail}
              requestId={list.error.value.requestId}
              onRetry={() => void list.load()}
            />
          ) : !items ? (
            <SkeletonRows rows={4} />
          ) : items.length === 0 ? (
            mine.length === 0 && (
              <EmptyState icon="file" title={t("knowledge.empty")}>
                {t(mayEdit ? "knowledge.empty.detail" : "knowledge.empty.viewer")}
              </EmptyState>
            )
          ) : (
            <ul class="rows">
              {items.map((file) => (
                <FileRow
                  key={file.id}
                  file={file}
                  projectId={project.id}
                  mayEdit={mayEdit}
                  onChanged={() => void list.load()}
                />
              ))}
            </ul>
          )}
          <LoadMore
            more={list.more.value}
            busy={list.busy.value}
            onLoad={() => void list.loadMore()}
          />
          {items && (
            <StorageUsage
              projectId={project.id}
              changes={items.map((file) => file.newest.id).join()}
            />
          )}
        </Section>
      )}
      {over.value && (
        <div class="drop-hint" aria-hidden="true">
          <Icon name="upload" size={24} />
          {t("knowledge.drop")}
        </div>
      )}
      {query.file && (
        <FileDialog
          key={query.file}
          fileId={query.file}
          projectId={project.id}
          onClose={() => route(here, true)}
        />
      )}
    </div>
  );
}

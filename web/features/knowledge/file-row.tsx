import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { attempt, useAction } from "../../lib/action.ts";
import { api, at } from "../../lib/api.ts";
import type { KnowledgeFile } from "../../lib/api-types.ts";
import { formatAgo, formatBytes, t } from "../../lib/i18n.ts";
import { toast } from "../../lib/toast.ts";
import { Badge, Spinner } from "../../ui/badge.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { restoreTime } from "../identity/index.ts";
import { describeNote } from "./describe-note.ts";
import { downloadFile } from "./download-file.ts";

const states = {
  queued: { label: "file.queued", tone: "plain" },
  reading: { label: "file.reading", tone: "accent" },
  ready: { label: "file.ready", tone: "ok" },
  failed: { label: "file.failed", tone: "danger" },
} as const;

/** One file in the list with its reading status. */
export function FileRow(props: {
  file: KnowledgeFile;
  projectId: string;
  mayEdit: boolean;
  onChanged: () => void;
}): JSX.Element {
  const { file, projectId } = props;
  const { route } = useLocation();
  const deleting = useSignal(false);
  const state = states[file.newest.status];
  const note = describeNote(file.newest.note);
  const open = `/projects/${projectId}/knowledge?file=${file.id}`;
  const remove = useAction(
    async () => {
      await api.DELETE("/projects/{projectId}/files/{fileId}", at({ projectId, fileId: file.id }));
      deleting.value = false;
      props.onChanged();
      toast(t("file.deletedToast", { name: file.name }), {
        undoes: file.id,
        action: { label: t("common.undo"), run: () => void restore.run() },
      });
    },
    { toast: true },
  );
  const restore = useAction(
    async () => {
      await api.POST(
        "/projects/{projectId}/files/{fileId}/restore",
        at({ projectId, fileId: file.id }),
      );
      props.onChanged();
    },
    { toast: true },
  );
  const readAgain = useAction(
    async () => {
      await api.POST(
        "/projects/{projectId}/files/{fileId}/retry",
        at({ projectId, fileId: file.id }),
      );
      props.onChanged();
    },
    { toast: true },
  );
  return (
    <li class="row-item link">
      <span class="row-icon">
        <Icon name="file" size={18} />
      </span>
      <div class="grow">
        <a class="row-title truncate row-link" href={open}>
          {file.name}
        </a>
        <p
          class={
            note === undefined && !file.newest.failure ? "muted small truncate" : "muted small"
          }
        >
          {file.newest.failure
            ? file.newest.failure.detail
            : (note ??
              t("file.facts", {
                size: formatBytes(file.newest.sizeBytes),
                when: formatAgo(file.newest.createdAt),
                version: file.newest.version,
              }))}
        </p>
      </div>
      <Badge tone={note === undefined ? state.tone : "warn"}>
        {file.newest.status === "reading" && <Spinner />}
        {t(state.label)}
      </Badge>
      <span class="row-actions">
        <Menu
          label={t("file.menu", { name: file.name })}
          items={[
            { label: t("file.open"), icon: "file", onSelect: () => route(open) },
            {
              label: t("file.download"),
              icon: "download",
              onSelect: () => attempt(downloadFile(file, file.newest.id)),
            },
            props.mayEdit &&
              file.newest.status === "failed" && {
                label: t("file.retry"),
                icon: "retry",
                onSelect: () => void readAgain.run(),
              },
            props.mayEdit && {
              label: t("common.delete"),
              icon: "trash",
              danger: true,
              onSelect: () => {
                deleting.value = true;
              },
            },
          ]}
        />
      </span>
      {deleting.value && (
        <ConfirmDialog
          title={t("file.delete.title", { name: file.name })}
          action={t("common.delete")}
          busy={remove.busy.value}
          onConfirm={() => void remove.run()}
          onClose={() => {
            deleting.value = false;
          }}
        >
          <p>{t("file.delete.text", { time: restoreTime() })}</p>
        </ConfirmDialog>
      )}
    </li>
  );
}

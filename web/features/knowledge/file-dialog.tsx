import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, at, read } from "../../lib/api.ts";
import type { FileText, FileVersion, KnowledgeFile } from "../../lib/api-types.ts";
import { formatBytes, formatDateTime, formatNumber, t } from "../../lib/i18n.ts";
import { useResource } from "../../lib/resource.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Select } from "../../ui/field.tsx";
import { EmptyState, ErrorState, Skeleton } from "../../ui/states.tsx";
import { describeNote } from "./describe-note.ts";
import { downloadFile } from "./download-file.ts";
import { readText } from "./read-text.ts";

/** UTF-16 units of a file's text shown at first, and per request (the server's limit). */
const PREVIEW = 20_000;
const LONGEST = 200_000;

type Opened = { file: KnowledgeFile; versions: FileVersion[] };

/** A file's extracted text, and its versions. */
export function FileDialog(props: {
  fileId: string;
  projectId: string;
  onClose: () => void;
}): JSX.Element {
  const { fileId, projectId } = props;
  const resource = useResource<Opened>(
    async (signal) => {
      const [file, versions] = await Promise.all([
        read(
          api.GET("/projects/{projectId}/files/{fileId}", { ...at({ projectId, fileId }), signal }),
        ),
        read(
          api.GET("/projects/{projectId}/files/{fileId}/versions", {
            ...at({ projectId, fileId }),
            signal,
          }),
        ),
      ]);
      return { file, versions: versions.items };
    },
    [projectId, fileId],
  );
  const opened = resource.data.value;
  const error = resource.error.value;
  if (opened) return <OpenFile {...opened} projectId={projectId} onClose={props.onClose} />;
  return (
    <Dialog title={t("file.open")} wide onClose={props.onClose}>
      {error?.status === 404 ? (
        <EmptyState icon="file" title={t("source.gone")} />
      ) : error ? (
        <ErrorState
          title={t("source.failed")}
          detail={error.detail}
          onRetry={() => void resource.load()}
        />
      ) : (
        <Skeleton lines={10} />
      )}
    </Dialog>
  );
}

function OpenFile(props: Opened & { projectId: string; onClose: () => void }): JSX.Element {
  const { file, versions, projectId } = props;
  const versionId = useSignal(file.currentVersionId ?? file.newest.id);
  const length = useSignal(PREVIEW);
  const version = versions.find((item) => item.id === versionId.value) ?? file.newest;
  const ready = version.status === "ready";
  const note = describeNote(version.note);
  const text = useResource<FileText | undefined>(
    (signal) =>
      ready ? readText(projectId, version.id, 0, length.value, signal) : Promise.resolve(undefined),
    [version.id, ready, length.value],
  );
  const download = useAction(() => downloadFile(file, version.id), { toast: true });
  const shown = text.data.value;
  return (
    <Dialog
      title={file.name}
      wide
      onClose={props.onClose}
      footer={
        <>
          {shown && shown.end < shown.textLength && length.value < LONGEST && (
            <Button
              busy={text.busy.value}
              onClick={() => {
                length.value = Math.min(LONGEST, length.value * 4);
              }}
            >
              {t("file.showMore")}
            </Button>
          )}
          <Button icon="download" busy={download.busy.value} onClick={() => void download.run()}>
            {t("file.download")}
          </Button>
        </>
      }
    >
      {versions.length > 1 ? (
        <Select
          label={t("file.version")}
          value={version.id}
          options={versions.map((item) => ({
            value: item.id,
            label: t("file.versionLine", {
              version: item.version,
              when: formatDateTime(item.createdAt),
              size: formatBytes(item.sizeBytes),
            }),
          }))}
          onChange={(value) => {
            versionId.value = value;
          }}
        />
      ) : (
        <p class="muted small">
          {formatBytes(version.sizeBytes)} · {formatDateTime(version.createdAt)}
          {version.tokenCount !== null &&
            ` · ${t("message.tokens", { tokens: formatNumber(version.tokenCount) })}`}
        </p>
      )}
      {note !== undefined && (
        <p class="notice small" role="status">
          {note}
        </p>
      )}
      {version.failure && (
        <p class="form-error" role="status">
          {version.failure.detail}
        </p>
      )}
      {text.error.value ? (
        <ErrorState
          title={t("source.failed")}
          detail={text.error.value.detail}
          onRetry={() => void text.load()}
        />
      ) : shown ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <pre class="file-text" tabIndex={0}>
          {shown.text || t("file.noText")}
        </pre>
      ) : ready ? (
        <Skeleton lines={10} />
      ) : (
        !version.failure && <p class="muted">{t("file.notYet")}</p>
      )}
    </Dialog>
  );
}

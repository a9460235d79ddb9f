import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { api, path } from "../../lib/api.ts";
import type { FileText, FileVersion, KnowledgeFile } from "../../lib/api-types.ts";
import { formatBytes, formatDateTime, t } from "../../lib/i18n.ts";
import { type Page, useResource } from "../../lib/resource.ts";
import { LinkButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Select } from "../../ui/field.tsx";
import { ErrorState, Skeleton } from "../../ui/states.tsx";
import { contentPath, textPath } from "./paths.ts";

/** So much of a file's text, in UTF-16 units, is shown at first. */
const PREVIEW = 20_000;

/** A file's text as it was read, and its versions. */
export function FileDialog(props: {
  file: KnowledgeFile;
  projectId: string;
  onClose: () => void;
}): JSX.Element {
  const { file, projectId } = props;
  const versionId = useSignal(file.currentVersionId ?? file.newest.id);
  const length = useSignal(PREVIEW);
  const versions = useResource(
    async (signal) =>
      (
        await api.get<Page<FileVersion>>(path`/projects/${projectId}/files/${file.id}/versions`, {
          signal,
        })
      ).items,
    [file.id, file.newest.id],
  );
  const text = useResource(
    (signal) =>
      api.get<FileText>(textPath(projectId, versionId.value, 0, length.value), { signal }),
    [file.id, versionId.value, length.value],
  );
  const content = contentPath(projectId, versionId.value);
  const failed = file.newest.status === "failed";
  const all = versions.data.value ?? [];
  const shown = text.data.value;
  return (
    <Dialog
      title={file.name}
      wide
      onClose={props.onClose}
      footer={
        <>
          {shown && shown.end < shown.textLength && (
            <button
              type="button"
              class="button plain"
              onClick={() => {
                length.value = length.value * 4;
              }}
            >
              {t("file.showMore")}
            </button>
          )}
          <LinkButton icon="download" href={content} download={file.name}>
            {t("file.download")}
          </LinkButton>
        </>
      }
    >
      {all.length > 1 ? (
        <Select
          label={t("file.version")}
          value={versionId.value}
          options={all.map((version) => ({
            value: version.id,
            label: t("file.versionLine", {
              version: version.version,
              when: formatDateTime(version.createdAt),
              size: formatBytes(version.sizeBytes),
            }),
          }))}
          onChange={(value) => {
            versionId.value = value;
          }}
        />
      ) : (
        <p class="muted small">
          {formatBytes(file.newest.sizeBytes)} · {formatDateTime(file.newest.createdAt)}
        </p>
      )}
      {failed && <p class="field-error">{file.newest.failure?.detail ?? t("file.failed")}</p>}
      {text.error.value ? (
        !failed && (
          <ErrorState
            title={t("source.failed")}
            detail={text.error.value.detail}
            onRetry={() => void text.load()}
          />
        )
      ) : shown ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <pre class="file-text" tabIndex={0}>
          {shown.text || t("file.noText")}
        </pre>
      ) : (
        <Skeleton lines={10} />
      )}
    </Dialog>
  );
}

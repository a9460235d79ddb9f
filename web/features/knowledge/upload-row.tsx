import type { JSX } from "preact";
import { formatBytes, t } from "../../lib/i18n.ts";
import { Progress } from "../../ui/badge.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { dismissUpload, type Upload } from "./uploads.ts";

export function UploadRow(props: { upload: Upload }): JSX.Element {
  const { upload } = props;
  return (
    <li class="row-item">
      <span class="row-icon">
        <Icon name={upload.error ? "warning" : "upload"} size={18} />
      </span>
      <div class="grow">
        <p class="row-title truncate">{upload.name}</p>
        {upload.error ? (
          <p class="field-error" role="alert">
            {upload.error.detail}
          </p>
        ) : (
          <Progress
            value={upload.progress < 1 ? upload.progress : undefined}
            label={t("knowledge.uploading", { name: upload.name })}
          />
        )}
      </div>
      <span class="faint small numeric">{formatBytes(upload.size)}</span>
      <IconButton
        icon="close"
        size="sm"
        tip="none"
        label={t(upload.error ? "common.dismiss" : "knowledge.cancelUpload")}
        onClick={() => (upload.error ? dismissUpload(upload.id) : upload.cancel())}
      />
    </li>
  );
}

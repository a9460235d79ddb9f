import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../lib/i18n.ts";
import { toast } from "../../lib/toast.ts";
import { IconButton } from "../../ui/button.tsx";
import { startUploads, UploadRow, uploads } from "../knowledge/index.ts";

function upload(projectId: string, files: FileList | null | undefined): void {
  if (!files || files.length === 0) return;
  startUploads(projectId, [...files], (name) => toast(t("composer.attached", { name })));
}

/** Adds files to the project from the composer, by button or by pasting. */
export function AttachButton(props: { projectId: string }): JSX.Element {
  const picker = useRef<HTMLInputElement>(null);
  const { projectId } = props;
  useEffect(() => {
    const form = picker.current?.closest("form");
    const onPaste = (event: ClipboardEvent) => upload(projectId, event.clipboardData?.files);
    form?.addEventListener("paste", onPaste);
    return () => form?.removeEventListener("paste", onPaste);
  }, [projectId]);
  return (
    <>
      <IconButton
        icon="plus"
        label={t("composer.attach")}
        tip="above"
        onClick={() => picker.current?.click()}
      />
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          upload(projectId, event.currentTarget.files);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}

/** Uploads to this project. */
export function Attached(props: { projectId: string }): JSX.Element | null {
  const mine = uploads.value.filter((item) => item.projectId === props.projectId);
  if (mine.length === 0) return null;
  return (
    <ul class="rows" aria-label={t("knowledge.uploads")}>
      {mine.map((item) => (
        <UploadRow key={item.id} upload={item} />
      ))}
    </ul>
  );
}

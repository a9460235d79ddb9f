import type { JSX } from "preact";
import type { CitationPart } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { Icon } from "../../ui/icon.tsx";
import { SpanPanel } from "./span-panel.tsx";

/** Source of a quote, and whether the quote was verified. */
export function CitationPanel(props: {
  projectId: string;
  citation: CitationPart;
  onClose: () => void;
}): JSX.Element {
  const { citation } = props;
  return (
    <SpanPanel
      projectId={props.projectId}
      fileId={citation.fileId}
      fileVersionId={citation.fileVersionId}
      fileName={citation.fileName}
      start={citation.start}
      end={citation.end}
      onClose={props.onClose}
      note={
        <div class={citation.verified ? "side-note" : "side-note unverified"}>
          <Icon name={citation.verified ? "check" : "warning"} size={18} />
          <div class="grow">
            <p>{t(citation.verified ? "citation.verified" : "citation.notVerified")}</p>
            {citation.quote && <blockquote>{citation.quote}</blockquote>}
          </div>
        </div>
      }
    />
  );
}

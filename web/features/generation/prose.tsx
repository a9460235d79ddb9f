import type { JSX, TargetedMouseEvent } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { CitationPart } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { markdownBlocks } from "../../lib/markdown.ts";
import { toast } from "../../ui/toast.tsx";
import { numberCitations } from "./number-citations.ts";

/**
 * Markdown on the page. Each block keeps its element while text is added behind it, so a selection
 * in it stays and only the last block is drawn again.
 */
export function Prose(props: {
  text: string;
  citations: readonly CitationPart[];
  streaming: boolean;
  onCite: (citation: CitationPart) => void;
}): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  const numbers = useMemo(
    () => numberCitations(props.text, props.citations),
    [props.text, props.citations],
  );
  const blocks = markdownBlocks(props.text, {
    streaming: props.streaming,
    cite: (marker, quote) => {
      const found = numbers.find(marker, quote);
      const label = found.citation
        ? t(found.citation.verified ? "citation.open" : "citation.unverified", {
            number: found.number,
            file: found.citation.fileName,
          })
        : t("citation.unknown", { number: found.number });
      return {
        number: found.number,
        verified:
          props.streaming && !found.citation ? undefined : (found.citation?.verified ?? false),
        label,
      };
    },
  });

  useEffect(() => {
    if (props.streaming || !root.current?.querySelector("code[data-language]:not([data-done])"))
      return;
    const element = root.current;
    // Colours are an extra: without them the code can be read all the same.
    import("../../lib/highlight.ts").then(
      ({ highlightIn }) => highlightIn(element),
      () => undefined,
    );
  }, [props.streaming, props.text]);

  const onClick = (event: TargetedMouseEvent<HTMLDivElement>) => {
    const target = event.target instanceof Element ? event.target.closest("button") : null;
    if (!target) return;
    if (target.dataset.copy !== undefined) {
      const code = target.closest(".code")?.querySelector("code")?.textContent ?? "";
      navigator.clipboard.writeText(code).then(
        () => toast(t("common.copied")),
        () => toast(t("common.copyFailed"), { tone: "danger" }),
      );
    } else if (target.dataset.marker !== undefined) {
      const { citation } = numbers.find(target.dataset.marker, target.dataset.quote ?? "");
      if (citation) props.onCite(citation);
      else toast(t("citation.notFound"));
    }
  };
  const sources = numbers.sources;
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: catches the clicks of the buttons inside */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the buttons inside answer to keys themselves */}
      <div class={props.streaming ? "prose streaming" : "prose"} ref={root} onClick={onClick}>
        {blocks.map((html, index) => (
          <div key={index} class="block" dangerouslySetInnerHTML={{ __html: html }} />
        ))}
      </div>
      {!props.streaming && sources.length > 0 && (
        <ul class="sources" aria-label={t("citation.sources")}>
          {sources.map(({ number, citation }) => (
            <li key={number}>
              <button type="button" class="source" onClick={() => props.onCite(citation)}>
                <span class={citation.verified ? "source-number" : "source-number unverified"}>
                  {number}
                </span>
                <span class="truncate">{citation.fileName}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

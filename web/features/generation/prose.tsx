import { signal } from "@preact/signals";
import type { JSX, TargetedMouseEvent } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { CitationPart } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import type { Markdown } from "../../lib/markdown.ts";
import { toast } from "../../lib/toast.ts";
import { type CitationNumbers, numberCitations } from "./number-citations.ts";
import { useNearViewport } from "./use-near-viewport.ts";

const make = signal<(() => Markdown) | undefined>(undefined);
import("../../lib/safe-markdown.ts").then(
  ({ createMarkdown }) => {
    make.value = createMarkdown;
  },
  // Without it, answers are read as they were written.
  () => undefined,
);

export type ProseProps = {
  text: string;
  citations: readonly CitationPart[];
  streaming: boolean;
  /** Among the first messages seen: rendered completely at once. */
  eager: boolean;
  onCite: (citation: CitationPart) => void;
};

/** Blocks of safe HTML with the citations as numbered chips. */
function render(
  markdown: Markdown,
  text: string,
  numbers: CitationNumbers,
  streaming: boolean,
): string[] {
  return markdown.render(text, {
    streaming,
    cite: (marker, quote) => {
      const { number, citation } = numbers.find(marker, quote);
      if (!citation) {
        // While text arrives, the verification may just be late.
        return {
          number,
          verified: streaming ? undefined : false,
          label: t("citation.unknown", { number }),
        };
      }
      const id = citation.verified ? "citation.open" : "citation.unverified";
      return {
        number,
        verified: citation.verified,
        label: t(id, { number, file: citation.fileName }),
      };
    },
  });
}

/**
 * Markdown on the page. Blocks keep their elements while text is appended, so selections stay and only the last
 * block is redrawn. Far from the viewport it is plain text, which is cheap and still searchable.
 */
export function Prose(props: ProseProps): JSX.Element {
  const { text, citations, streaming } = props;
  const root = useRef<HTMLDivElement>(null);
  const near = useNearViewport(root, streaming || props.eager);
  const numbers = useMemo(() => numberCitations(text, citations), [text, citations]);
  const markdown = useMemo(() => make.value?.(), [make.value]);
  const [round, setRound] = useState(0);
  const blocks = useMemo(
    () => (near && markdown ? render(markdown, text, numbers, streaming) : undefined),
    [near, markdown, text, numbers, streaming, round],
  );
  useEffect(() => {
    // Blocks skipped for lack of time are read after the page had a turn.
    if (!markdown?.behind) return;
    const timer = setTimeout(() => setRound(round + 1), 16);
    return () => clearTimeout(timer);
  }, [blocks]);

  useEffect(() => {
    const element = root.current;
    if (streaming || !element?.querySelector("code[data-language]:not([data-done])")) return;
    // Highlighting is optional: code is readable without it.
    import("../../lib/highlight.ts").then(
      ({ highlightIn }) => highlightIn(element),
      () => undefined,
    );
  }, [blocks, streaming]);

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
  const { sources } = numbers;
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: catches the clicks of the buttons inside */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the buttons inside answer to keys themselves */}
      <div class={blocks ? "prose" : "prose plain"} ref={root} onClick={onClick}>
        {blocks
          ? blocks.map((html, index) => (
              <div
                key={index}
                class="block"
                dir="auto"
                dangerouslySetInnerHTML={{ __html: html }}
              />
            ))
          : text}
      </div>
      {!streaming && sources.length > 0 && (
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

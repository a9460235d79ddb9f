import { Marked, type Tokens } from "marked";
import { markerAt } from "./citation-marker.ts";
import { escapeHtml } from "./escape-html.ts";
import { t } from "./i18n.ts";
import { namesHost, readLink } from "./links.ts";

/** A rendered citation: its number, and whether the quote was verified. */
export type CitationChip = { number: number; verified: boolean | undefined; label: string };
export type ResolveCitation = (marker: string, quote: string) => CitationChip | undefined;

/** A link that opens in a new tab and shows another host's name. */
function link(address: string, words: string, html: string): string {
  const target = readLink(address);
  if (target === undefined) return html;
  const { href, host } = target;
  const opening = `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer nofollow`;
  if (host === undefined) return `${opening}">${html}</a>`;
  const hint = namesHost(words, host)
    ? ""
    : ` <span class="link-host">${escapeHtml(t("markdown.host", { host }))}</span>`;
  return `${opening} external">${html}</a>${hint}`;
}

function code({ text, lang }: Tokens.Code): string {
  const language = (lang ?? "").match(/^[\w+#-]{1,40}/)?.[0]?.toLowerCase() ?? "";
  const bar = `<span>${escapeHtml(language || t("markdown.code"))}</span><button type="button" class="code-copy" data-copy>${escapeHtml(t("common.copy"))}</button>`;
  const named = language ? ` data-language="${escapeHtml(language)}"` : "";
  return `<div class="code"><div class="code-bar">${bar}</div><pre tabindex="0"><code${named}>${escapeHtml(text)}</code></pre></div>`;
}

function chip(marker: string, quote: string, { number, verified, label }: CitationChip): string {
  const state = verified === false ? " unverified" : "";
  return `<button type="button" class="cite${state}" data-marker="${escapeHtml(marker)}" data-quote="${escapeHtml(quote)}" aria-label="${escapeHtml(label)}">${number}</button>`;
}

/**
 * A renderer that writes every tag itself: HTML in the document is shown as text, and images become links, so
 * that reading an answer sends no requests.
 * @param cite called for each citation marker; unknown ones are left out.
 */
export function createRenderer(cite: ResolveCitation): Marked {
  const marked = new Marked({ gfm: true, breaks: false });
  marked.use({
    renderer: {
      html({ text }) {
        return /^<br\s{0,9}\/?>\s{0,9}$/i.test(text) ? "<br>" : escapeHtml(text);
      },
      link({ href, tokens }) {
        const words = this.parser.parseInline(tokens, this.parser.textRenderer);
        return link(href, words, this.parser.parseInline(tokens));
      },
      image({ href, text }) {
        return link(href, text || href, escapeHtml(text || href));
      },
      table({ header, rows }) {
        const cell = (tag: string, item: Tokens.TableCell) =>
          `<${tag}${tag === "th" ? ' scope="col"' : ""}${item.align ? ` class="align-${item.align}"` : ""}>${this.parser.parseInline(item.tokens)}</${tag}>`;
        const row = (tag: string, cells: Tokens.TableCell[]) =>
          `<tr>${cells.map((item) => cell(tag, item)).join("")}</tr>`;
        return `<div class="prose-table"><table><thead>${row("th", header)}</thead><tbody>${rows.map((cells) => row("td", cells)).join("")}</tbody></table></div>`;
      },
      code,
      checkbox({ checked }) {
        return checked ? "☑ " : "☐ ";
      },
    },
    extensions: [
      {
        name: "citation",
        level: "inline",
        start: (source) => source.indexOf("[S"),
        tokenizer(source) {
          const found = markerAt(source, 0);
          if (!found) return undefined;
          const { marker, quote, length } = found;
          const known = cite(marker, quote);
          const html = known ? chip(marker, quote, known) : "";
          return { type: "citation", raw: source.slice(0, length), html };
        },
        renderer: (token) => String(token.html),
      },
    ],
  });
  return marked;
}

import DOMPurify from "dompurify";
import { Marked, type Token, type Tokens } from "marked";
import { t } from "./i18n.ts";

/** What a citation marker becomes: its number, and whether the quoted words were found. */
export type CitationChip = { number: number; verified: boolean | undefined; label: string };
export type ResolveCitation = (marker: string, quote: string) => CitationChip;

export type MarkdownOptions = {
  cite?: ResolveCitation | undefined;
  /** True while more text may come: an unfinished citation marker at the end is held back. */
  streaming?: boolean | undefined;
};

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => entities[letter] ?? letter);
}

/** `[S1]` or `[S1: "exact words"]`; straight and curly quotes, escaped quotes inside. */
const citation = /^\[(S\d+)(?::\s*(?:"((?:\\.|[^"\\])*)"|“([^”]*)”)\s*)?\]/;
const unfinishedCitation = /\[(?:S(?:\d+(?::\s*(?:["“](?:\\.|[^"”\\])*["”]?\s*)?)?)?)?$/;

type CitationToken = Tokens.Generic & { marker: string; quote: string };

/** The address of a link if it is one that a person may safely follow, else undefined. */
export function safeLink(href: string): string | undefined {
  const trimmed = href.trim();
  if (/^(?:#|\/(?!\/))/.test(trimmed)) return trimmed;
  try {
    const url = new URL(trimmed);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

function link(href: string, html: string): string {
  const safe = safeLink(href);
  if (safe === undefined) return html;
  return `<a href="${escapeHtml(safe)}" target="_blank" rel="noopener noreferrer nofollow">${html}</a>`;
}

/**
 * A renderer that never lets a document's own HTML through: tags are shown as the text they are,
 * images of other hosts become links, so that reading an answer asks nobody else for anything.
 */
function createRenderer(options: MarkdownOptions): Marked {
  const marked = new Marked({ gfm: true, breaks: false });
  marked.use({
    renderer: {
      html({ text }) {
        return /^<br\s*\/?>\s*$/i.test(text) ? "<br>" : escapeHtml(text);
      },
      link({ href, tokens }) {
        return link(href, this.parser.parseInline(tokens));
      },
      image({ href, text }) {
        const label = escapeHtml(text || href);
        if (/^\/api\/v1\/[\w\-/.?=&%]+$/.test(href))
          return `<img src="${escapeHtml(href)}" alt="${label}" loading="lazy">`;
        return link(href, label);
      },
      table({ header, rows }) {
        const cell = (tag: string, item: Tokens.TableCell) =>
          `<${tag}${tag === "th" ? ' scope="col"' : ""}${item.align ? ` class="align-${item.align}"` : ""}>${this.parser.parseInline(item.tokens)}</${tag}>`;
        const row = (tag: string, cells: Tokens.TableCell[]) =>
          `<tr>${cells.map((item) => cell(tag, item)).join("")}</tr>`;
        return `<div class="prose-table"><table><thead>${row("th", header)}</thead><tbody>${rows.map((cells) => row("td", cells)).join("")}</tbody></table></div>`;
      },
      code({ text, lang }) {
        const language = (lang ?? "").match(/^[\w+#-]+/)?.[0]?.toLowerCase() ?? "";
        return `<div class="code"><div class="code-bar"><span>${escapeHtml(language || t("markdown.code"))}</span><button type="button" class="code-copy" data-copy>${escapeHtml(t("common.copy"))}</button></div><pre tabindex="0"><code${language ? ` data-language="${escapeHtml(language)}"` : ""}>${escapeHtml(text)}</code></pre></div>`;
      },
      checkbox({ checked }) {
        return checked ? "☑ " : "☐ ";
      },
    },
    extensions: [
      {
        name: "citation",
        level: "inline",
        start: (source) => source.search(/\[S\d/),
        tokenizer(source) {
          const match = citation.exec(source);
          if (!match) return undefined;
          const quote = (match[2] ?? match[3] ?? "").replace(/\\(.)/g, "$1");
          return { type: "citation", raw: match[0], marker: match[1] ?? "", quote };
        },
        renderer(token) {
          if (!options.cite) return "";
          const { marker, quote } = token as CitationToken;
          const chip = options.cite(marker, quote);
          const state = chip.verified === false ? " unverified" : "";
          return `<button type="button" class="cite${state}" data-marker="${escapeHtml(marker)}" data-quote="${escapeHtml(quote)}" aria-label="${escapeHtml(chip.label)}">${chip.number}</button>`;
        },
      },
    ],
  });
  return marked;
}

const allowedTags = [
  "a",
  "blockquote",
  "br",
  "button",
  "code",
  "del",
  "div",
  "em",
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
  "hr",
  "img",
  "li",
  "ol",
  "p",
  "pre",
  "span",
  "strong",
  "table",
  "tbody",
  "td",
  "th",
  "thead",
  "tr",
  "ul",
];
const addresses = ["href", "src"];
const plainAttributes = [
  "alt",
  "aria-label",
  "class",
  "data-copy",
  "data-language",
  "data-marker",
  "data-quote",
  "loading",
  "rel",
  "scope",
  "start",
  "tabindex",
  "target",
  "type",
];

/** The second wall: whatever the renderer made, only these tags and attributes reach the page. */
export function sanitize(html: string): string {
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: [...addresses, ...plainAttributes],
    // The pattern below is meant for addresses; without this it would judge every attribute.
    ADD_URI_SAFE_ATTR: plainAttributes,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#|\/(?!\/))/i,
  });
}

/** Markdown as HTML before it is sanitised, block by block; exported for tests without a DOM. */
export function renderBlocks(text: string, options: MarkdownOptions = {}): string[] {
  const source = options.streaming ? text.replace(unfinishedCitation, "") : text;
  const marked = createRenderer(options);
  const tokens = marked.lexer(source);
  return tokens
    .filter((token) => token.type !== "space" && token.type !== "def")
    .map((token: Token) => String(marked.parser([token])));
}

const clean = new Map<string, string>();

/**
 * Markdown as safe HTML, one string per block. Blocks that did not change while text streams in are
 * the same strings, so the page keeps them (and what is selected in them) as they are.
 */
export function markdownBlocks(text: string, options: MarkdownOptions = {}): string[] {
  return renderBlocks(text, options).map((html) => {
    const known = clean.get(html);
    if (known !== undefined) return known;
    const safe = sanitize(html);
    if (clean.size > 2_000) clean.clear();
    clean.set(html, safe);
    return safe;
  });
}

import createPurifier, { type DOMPurify } from "dompurify";
import { readLink } from "./links.ts";

const tags = [
  ...["a", "blockquote", "br", "button", "code", "del", "div", "em", "hr", "li", "ol", "p", "pre"],
  ...["h1", "h2", "h3", "h4", "h5", "h6", "span", "strong", "ul"],
  ...["table", "tbody", "td", "th", "thead", "tr"],
];
const plainAttributes = [
  ...["aria-label", "class", "rel", "scope", "start", "tabindex", "target", "type"],
  ...["data-copy", "data-language", "data-marker", "data-quote"],
];

let made: DOMPurify | undefined;

function purifier(): DOMPurify {
  if (made) return made;
  made = createPurifier(window);
  // Once: with each call it would be read again for each block.
  made.setConfig({
    ALLOWED_TAGS: tags,
    ALLOWED_ATTR: ["href", ...plainAttributes],
    // The pattern below is meant for addresses; without this it would apply to every attribute.
    ADD_URI_SAFE_ATTR: plainAttributes,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#|\/(?![/\\]))/i,
  });
  // Checked again at its destination: the renderer's check, on the address as the browser resolves it.
  made.addHook("afterSanitizeAttributes", (element) => {
    const href = element.getAttribute("href");
    if (href !== null && readLink(href) === undefined) element.removeAttribute("href");
  });
  return made;
}

/** Second line of defence: only these tags and attributes reach the page, whatever the renderer writes. */
export function sanitize(html: string): string {
  return purifier().sanitize(html);
}

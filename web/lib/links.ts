/** Where a link leads: to a place of this site, or to another host. */
export type Target = {
  readonly href: string;
  /** The other host, as it is looked up; undefined for our own places and for mail. */
  readonly host: string | undefined;
};

// Outside a browser, in unit tests, there is no page for an address to be relative to.
const here = typeof location === "undefined" ? "http://localhost" : location.origin;

/**
 * Where an address leads, as a browser would read it; undefined if no person may safely follow it.
 * What is written as a path of this site (`/…`) must not lead to another: `//host` and `/\host` do.
 */
export function readLink(address: string, origin: string = here): Target | undefined {
  const href = address.trim();
  if (href.startsWith("#")) return { href, host: undefined };
  const path = href.startsWith("/");
  const url = parse(href, path ? origin : undefined);
  if (url === undefined) return undefined;
  if (url.protocol === "mailto:") return { href: url.href, host: undefined };
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
  if (url.origin !== origin) return path ? undefined : { href: url.href, host: url.host };
  // `/..//host` ends as `//host`, which is another host again.
  if (url.pathname.startsWith("//")) return undefined;
  return { href: `${url.pathname}${url.search}${url.hash}`, host: undefined };
}

/** A path of this site out of an address that somebody else may have written; undefined if it is none. */
export function ownPath(address: string, origin: string = here): string | undefined {
  return address.startsWith("/") ? readLink(address, origin)?.href : undefined;
}

function parse(address: string, base: string | undefined): URL | undefined {
  try {
    return new URL(address, base);
  } catch {
    return undefined;
  }
}

/** Whether a link's words say already which host it leads to. */
export function namesHost(words: string, host: string): boolean {
  const rest = words
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, "");
  return rest.startsWith(host) && /^(?:$|[/?#])/.test(rest.slice(host.length));
}

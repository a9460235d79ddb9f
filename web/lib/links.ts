/** Target of a link: within this site, or another host. */
export type Target = {
  readonly href: string;
  /** The other host, in ASCII form; undefined for this site and for mail. */
  readonly host: string | undefined;
};

// In unit tests there is no page that an address could be relative to.
const here = typeof location === "undefined" ? "http://localhost" : location.origin;

/**
 * The target of an address as a browser reads it; undefined when it is unsafe to follow. An address written as
 * a path (`/…`) must not lead to another host, as `//host` and `/\host` do.
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
  // `/..//host` resolves to `//host`, which is another host.
  if (url.pathname.startsWith("//")) return undefined;
  return { href: `${url.pathname}${url.search}${url.hash}`, host: undefined };
}

/** A path of this site from an untrusted address; undefined if it is none. */
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

/** Whether a link's text already shows its host. */
export function namesHost(words: string, host: string): boolean {
  const rest = words
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, "");
  return rest.startsWith(host) && /^(?:$|[/?#])/.test(rest.slice(host.length));
}

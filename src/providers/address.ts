/** Addresses of providers as admins enter them: the part before the endpoint, maybe with `?api-version=`. */

/** The endpoint paths of the wire formats, which people paste with the address. */
const ENDPOINT =
  /\/(chat\/completions|completions|messages|responses|embeddings|models(\/[^/]+:\w+)?)$/;

/** The address without a pasted endpoint path and trailing slashes; its query stays. */
export function baseOf(address: string): string {
  const [path = "", query] = split(address);
  const base = path.replace(/\/+$/, "").replace(ENDPOINT, "").replace(/\/+$/, "");
  return query === undefined ? base : `${base}?${query}`;
}

/** The URL of an endpoint below an address; the address's query follows the path. */
export function endpointOf(address: string, endpoint: string): string {
  const [path = "", query] = split(baseOf(address));
  return query === undefined ? `${path}${endpoint}` : `${path}${endpoint}?${query}`;
}

/** The address with the version that most servers want; undefined where it has one. */
export function withVersion(address: string): string | undefined {
  const [path = ""] = split(baseOf(address));
  return /\/v\d+\w*(\/|$)/.test(path) ? undefined : endpointOf(address, "/v1");
}

function split(address: string): string[] {
  const at = address.indexOf("?");
  return at === -1 ? [address] : [address.slice(0, at), address.slice(at + 1)];
}

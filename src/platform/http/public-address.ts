import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** The address an admin entered leads to a place that this installation does not allow. */
export class PrivateAddressError extends Error {
  override readonly name = "PrivateAddressError";
}

/** Everything that is not the public internet (IANA special-purpose registries, RFC 6890), metadata services included. */
const refused = new BlockList();
for (const [net, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const)
  refused.addSubnet(net, bits, "ipv4");
/** Only global unicast is public in IPv6; of it, these lead elsewhere (6to4 and Teredo carry IPv4 inside). */
for (const [net, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  refused.addSubnet(net, bits, "ipv6");
const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");

/** True for an address of the public internet. IPv4 inside IPv6 is judged as the IPv4 it is. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !refused.check(address, "ipv4");
  if (version !== 6) return false;
  return globalUnicast.check(address, "ipv6") && !refused.check(address, "ipv6");
}

/** Asks for every address of a host name. */
export type Resolve = (host: string) => Promise<string[]>;

const resolveAll: Resolve = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/**
 * A `fetch` for addresses that a person entered: refuses those that are, or of which any resolves to,
 * private, loopback, link-local or metadata addresses, and follows no redirect. It connects to the very
 * address it has judged, so a name that resolves differently a moment later changes nothing.
 * @param allowPrivate the installation's setting; then only redirects are refused.
 * @throws {PrivateAddressError} from the returned function.
 */
export function guardedFetch(
  fetch: FetchLike,
  allowPrivate: boolean,
  resolve: Resolve = resolveAll,
): FetchLike {
  return async (url, init) => {
    if (allowPrivate) return fetch(url, { ...init, redirect: "manual" });
    const target = new URL(url);
    const { host, hostname } = target;
    const addresses = await publicAddresses(target, resolve);
    // A machine without IPv6 is more common than one without IPv4.
    const address = addresses.find((candidate) => isIP(candidate) === 4) ?? addresses[0] ?? "";
    target.hostname = isIP(address) === 6 ? `[${address}]` : address;
    const headers = new Headers(init.headers);
    headers.set("host", host);
    return fetch(target.href, {
      ...init,
      headers,
      redirect: "manual",
      // The certificate must be the name's, not the address's.
      ...(target.protocol === "https:" && !isIP(bare(hostname))
        ? { tls: { serverName: hostname } }
        : {}),
    });
  };
}

/**
 * Every address that a URL leads to.
 * @throws {PrivateAddressError} when it is not http(s), or any of them is not of the public internet.
 */
export async function publicAddresses(url: URL, resolve: Resolve = resolveAll): Promise<string[]> {
  if (url.protocol !== "https:" && url.protocol !== "http:") throw new PrivateAddressError();
  // The URL parser has turned decimal, octal and hexadecimal forms into dotted ones.
  const host = bare(url.hostname);
  const addresses = isIP(host) ? [host] : await resolve(host);
  if (addresses.length === 0 || !addresses.every(isPublicAddress)) throw new PrivateAddressError();
  return addresses;
}

const bare = (hostname: string) => hostname.replace(/^\[|\]$/g, "");

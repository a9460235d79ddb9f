import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** An address that an admin entered is not allowed by this installation's settings. */
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
/** In IPv6 only global unicast is public, except these blocks (6to4 and Teredo embed IPv4). */
for (const [net, bits] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const)
  refused.addSubnet(net, bits, "ipv6");
const globalUnicast = new BlockList();
globalUnicast.addSubnet("2000::", 3, "ipv6");

/** True for a public internet address. IPv4 embedded in IPv6 is judged as that IPv4 address. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !refused.check(address, "ipv4");
  if (version !== 6) return false;
  return globalUnicast.check(address, "ipv6") && !refused.check(address, "ipv6");
}

/** Resolves a host name to all its addresses. */
export type Resolve = (host: string) => Promise<string[]>;

const resolveAll: Resolve = async (host) =>
  (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);

/**
 * A `fetch` for addresses that a person entered (SSRF protection): refuses addresses that are, or resolve to,
 * private, loopback, link-local or metadata addresses, and follows no redirects. It connects to the address
 * that it checked, so a name that resolves differently a moment later changes nothing.
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
    // Machines without IPv6 are more common than machines without IPv4.
    const address = addresses.find((candidate) => isIP(candidate) === 4) ?? addresses[0] ?? "";
    target.hostname = isIP(address) === 6 ? `[${address}]` : address;
    const headers = new Headers(init.headers);
    headers.set("host", host);
    return fetch(target.href, {
      ...init,
      headers,
      redirect: "manual",
      // The certificate must match the name, not the address.
      ...(target.protocol === "https:" && !isIP(bare(hostname))
        ? { tls: { serverName: hostname } }
        : {}),
    });
  };
}

/**
 * Every address that a URL resolves to.
 * @throws {PrivateAddressError} when it is not http(s), or any address is not public.
 */
export async function publicAddresses(url: URL, resolve: Resolve = resolveAll): Promise<string[]> {
  if (url.protocol !== "https:" && url.protocol !== "http:") throw new PrivateAddressError();
  // The URL parser has normalised decimal, octal and hexadecimal forms.
  const host = bare(url.hostname);
  const addresses = isIP(host) ? [host] : await resolve(host);
  if (addresses.length === 0 || !addresses.every(isPublicAddress)) throw new PrivateAddressError();
  return addresses;
}

const bare = (hostname: string) => hostname.replace(/^\[|\]$/g, "");

import { isIPv6 } from "node:net";
import {
  convertIPv4BinaryToString,
  convertIPv4MappedIPv6ToIPv4,
  convertIPv6ToBinary,
  expandIPv6,
  isIPv4MappedIPv6,
} from "hono/utils/ipaddr";

/**
 * Rate limit key of an address: the address, or for IPv6 its /64 network, since one household or server has
 * that many addresses (RFC 6177).
 */
export function rateLimitKey(ip: string | undefined): string {
  if (ip === undefined) return "local";
  if (!isIPv6(ip) || ip.includes("%")) return ip;
  const binary = convertIPv6ToBinary(ip);
  if (isIPv4MappedIPv6(binary))
    return convertIPv4BinaryToString(convertIPv4MappedIPv6ToIPv4(binary));
  return `${expandIPv6(ip.toLowerCase()).split(":").slice(0, 4).join(":")}::/64`;
}

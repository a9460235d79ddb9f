import { domainToASCII } from "node:url";

const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;
/** What ends a host, or stands before it, for the URL parser that turns it to ASCII. */
const NO_HOST = /[\s/\\?#@:%[\]]/;
const MAX_LENGTH = 253;

/**
 * A domain as it is compared: lower-case, without a final dot, other scripts as IDNA has them (`xn--…`).
 * @returns null for what is no domain name of at least two labels, or is an IP address.
 */
export function toDomain(text: string): string | null {
  const name = text.trim().replace(/\.$/, "");
  if (NO_HOST.test(name)) return null;
  const ascii = domainToASCII(name).toLowerCase();
  const labels = ascii.split(".");
  const isName =
    labels.length > 1 &&
    ascii.length <= MAX_LENGTH &&
    labels.every((label) => LABEL.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? "");
  return isName ? ascii : null;
}

const MAX_CHARS = 300;
/** A longer quotation may be part of the prompt; names of models and parameters are shorter. */
const MAX_QUOTED = 60;

/** What is never shown, even to admins: keys, addresses, names of accounts, long quotations. */
const HIDDEN: readonly RegExp[] = [
  /\b(?:https?|wss?):\/\/\S+/gi,
  /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g,
  /\bBearer\s+\S+/gi,
  /\b(?:sk|pk|rk|gsk|xai|key|org|proj|user|acct|team)[-_][\w*-]{4,}/gi,
  /\bAIza[\w-]{10,}/g,
  /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g,
  /\b[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}\b/gi,
  /(?<=api.?key[^:\n]{0,40}:\s*)\S+/gi,
  /(?=[\w-]*\d)(?=[\w-]*[A-Za-z])\b[A-Za-z\d]{24,}\b/g,
  new RegExp(
    `"[^"\\n]{${MAX_QUOTED},}"|'[^'\\n]{${MAX_QUOTED},}'|\`[^\`\\n]{${MAX_QUOTED},}\``,
    "g",
  ),
];

/**
 * A vendor's sentence for an admin: one line, cut, without secrets and long quotations. Undefined when nothing is
 * left.
 * @param secrets exact strings to hide, such as the key that was sent.
 */
export function quoteVendor(message: string, secrets: readonly string[] = []): string | undefined {
  let text = message;
  for (const secret of secrets) if (secret.length >= 4) text = text.replaceAll(secret, "…");
  for (const pattern of HIDDEN) text = text.replace(pattern, "…");
  const line = text.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim();
  if (line === "") return undefined;
  return line.length <= MAX_CHARS ? line : `${line.slice(0, MAX_CHARS - 1).trimEnd()}…`;
}

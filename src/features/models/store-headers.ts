import type { Ctx } from "../../platform/context.ts";
import { headerValueNeeded } from "./errors.ts";
import { KEY_PURPOSE } from "./open-adapter.ts";
import type { HeaderInput } from "./schema.ts";
import type { StoredHeader } from "./tables.ts";

/** Names of headers whose values are never shown, whatever the admin ticked. */
const SECRET_NAME = /auth|key|token|secret|cookie|password/i;

/**
 * Headers as they are stored: values of secret ones encrypted. A secret without a value keeps the stored one.
 * @param stored the headers that a secret may be kept of; none when the address changes.
 * @throws {Problem} 422 `header_value_needed`.
 */
export function storedHeaders(
  ctx: Ctx,
  headers: readonly HeaderInput[],
  stored: readonly StoredHeader[],
): StoredHeader[] {
  return headers.map(({ name, value, secret }, index) => {
    const hidden = secret || SECRET_NAME.test(name);
    if (value !== null)
      return hidden ? { name, sealed: ctx.deps.secrets.seal(value, KEY_PURPOSE) } : { name, value };
    const known = stored.find((header) => header.name.toLowerCase() === name.toLowerCase());
    if (known === undefined || !("sealed" in known)) throw headerValueNeeded(index);
    return { ...known, name };
  });
}

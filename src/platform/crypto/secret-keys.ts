import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";

/** One key of the ring: an id, stored beside each ciphertext, and 32 bytes. */
export interface SecretKey {
  id: string;
  bytes: Uint8Array;
}

/**
 * Encrypts small secrets and signs tokens. The newest key encrypts and signs; every key decrypts and verifies.
 */
export interface SecretKeys {
  /** Encrypts for storage; the result names its key. */
  seal(plain: string, purpose: string): string;
  /** Whether it was encrypted with the newest key. */
  isFresh(sealed: string): boolean;
  /** @throws Error when no key of the ring fits, or the text was changed. */
  open(sealed: string, purpose: string): string;
  /** HMAC-SHA256, base64url. */
  sign(value: string, purpose: string): string;
  verify(value: string, signature: string, purpose: string): boolean;
  /** Id of the newest key. */
  readonly newestId: string;
  /** Whether the named key made this signature; null when the key is no longer in the ring. */
  verifyBy(keyId: string, value: string, signature: string, purpose: string): boolean | null;
}

/** @param ring `id:base64` entries, newest first; keys are used through HKDF, one per purpose (RFC 5869). */
export function secretKeys(ring: readonly string[]): SecretKeys {
  const keys = ring.map(parseKey);
  const [newest] = keys;
  if (newest === undefined) throw new Error("The secret key ring is empty");
  const derived = new Map<string, Buffer>();
  // Cached: every request with a cookie needs one.
  const subkey = (key: SecretKey, purpose: string): Buffer => {
    const name = `${key.id} ${purpose}`;
    const known = derived.get(name);
    if (known) return known;
    const made = Buffer.from(hkdfSync("sha256", key.bytes, "", `atelier ${purpose}`, 32));
    derived.set(name, made);
    return made;
  };
  const mac = (key: SecretKey, value: string, purpose: string) =>
    createHmac("sha256", subkey(key, purpose)).update(value).digest();
  const isSigned = (key: SecretKey, value: string, signature: string, purpose: string) => {
    const given = Buffer.from(signature, "base64url");
    const expected = mac(key, value, purpose);
    return expected.length === given.length && timingSafeEqual(expected, given);
  };
  return {
    seal(plain, purpose) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", subkey(newest, purpose), nonce);
      const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
      return [
        newest.id,
        ...[nonce, body, cipher.getAuthTag()].map((part) => part.toString("base64url")),
      ].join(".");
    },
    isFresh: (sealed) => sealed.startsWith(`${newest.id}.`),
    open(sealed, purpose) {
      const [id, nonce, body, tag] = sealed.split(".");
      const key = keys.find((candidate) => candidate.id === id);
      if (key === undefined || nonce === undefined || body === undefined || tag === undefined) {
        throw new Error("Sealed with a key that is not in the ring");
      }
      const decipher = createDecipheriv(
        "aes-256-gcm",
        subkey(key, purpose),
        Buffer.from(nonce, "base64url"),
      );
      decipher.setAuthTag(Buffer.from(tag, "base64url"));
      return Buffer.concat([
        decipher.update(Buffer.from(body, "base64url")),
        decipher.final(),
      ]).toString("utf8");
    },
    sign: (value, purpose) => mac(newest, value, purpose).toString("base64url"),
    verify: (value, signature, purpose) =>
      keys.some((key) => isSigned(key, value, signature, purpose)),
    newestId: newest.id,
    verifyBy(keyId, value, signature, purpose) {
      const key = keys.find(({ id }) => id === keyId);
      return key === undefined ? null : isSigned(key, value, signature, purpose);
    },
  };
}

function parseKey(entry: string): SecretKey {
  const colon = entry.indexOf(":");
  const bytes = Buffer.from(entry.slice(colon + 1), "base64");
  if (bytes.length < 24) throw new Error("A secret key is shorter than 24 bytes");
  return { id: entry.slice(0, colon), bytes };
}

/** A fresh ring entry with 32 random bytes. */
export function newSecretKey(id: string): string {
  return `${id}:${randomBytes(32).toString("base64")}`;
}

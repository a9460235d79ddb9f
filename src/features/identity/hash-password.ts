/** OWASP's argon2id parameters (Password Storage Cheat Sheet): 19 MiB, two passes. Runs off the event loop. */
const ARGON2ID = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

/** The hash of a random password, with the parameters above, to compare with when there is no account. */
const NOBODYS =
  "$argon2id$v=19$m=19456,t=2,p=1$9zrR05H78evHT1Tam0beg+Pmi9Iihe+idIaDBxQua5o$4Fof2aI2QqTuKkzBSWIkQDfjd93uw3lRF9UnvgjWpN8";

/** The same characters typed on another system are the same password (NIST SP 800-63B, 5.1.1.2). */
export const normalizePassword = (password: string): string => password.normalize("NFKC");

/** Hashes a password for storage. Takes tens of milliseconds: never call it in a transaction. */
export function hashPassword(password: string): Promise<string> {
  return Bun.password.hash(normalizePassword(password), ARGON2ID);
}

/**
 * Whether a password matches. Takes the same time without a hash, so that timing does not reveal accounts.
 * Never call it in a transaction.
 */
export async function verifyPassword(password: string, hash: string | null): Promise<boolean> {
  const normal = normalizePassword(password);
  const right =
    (await Bun.password.verify(normal, hash ?? NOBODYS)) ||
    // Stored before passwords were normalized.
    (normal !== password && (await Bun.password.verify(password, hash ?? NOBODYS)));
  return right && hash !== null;
}

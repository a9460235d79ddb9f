import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import type { Ctx } from "../../platform/context.ts";
import { accounts, sessions, users, verifications } from "./tables.ts";

export const SESSION_DAYS = 30;
export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 200;

/** OWASP's argon2id parameters (Password Storage Cheat Sheet): 19 MiB, two passes. Runs off the event loop. */
const ARGON2ID = { algorithm: "argon2id", memoryCost: 19_456, timeCost: 2 } as const;

/** Hashes a password for storage. */
export function hashPassword(password: string): Promise<string> {
  return Bun.password.hash(password, ARGON2ID);
}

/**
 * better-auth on this context's transaction, so that an account, its first session and the audit row
 * are stored together or not at all. Its HTTP handler is not mounted: our own routes call it and speak
 * problem documents.
 */
export function authOn(ctx: Ctx) {
  const { config, ids, secrets } = ctx.deps;
  return betterAuth({
    appName: "Atelier",
    baseURL: config.publicUrl ?? "http://localhost",
    secret: secrets.derive("better-auth"),
    database: drizzleAdapter(ctx.db, {
      provider: "pg",
      schema: { user: users, session: sessions, account: accounts, verification: verifications },
    }),
    user: {
      additionalFields: {
        role: { type: "string", input: false, defaultValue: "member" },
        disabledAt: { type: "date", input: false, required: false },
      },
    },
    session: { expiresIn: SESSION_DAYS * 86_400 },
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_MIN,
      maxPasswordLength: PASSWORD_MAX,
      password: {
        hash: hashPassword,
        verify: ({ hash, password }) => Bun.password.verify(password, hash),
      },
    },
    advanced: {
      database: { generateId: () => ids.next() },
      ipAddress: { ipAddressHeaders: ["x-atelier-ip"] },
    },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
  });
}

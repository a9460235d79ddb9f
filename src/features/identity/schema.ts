import { z } from "@hono/zod-openapi";
import { KEY_SCOPES, WORKSPACE_ROLES } from "../../platform/context.ts";
import { line, timestamp } from "../../platform/http/json.ts";

/** In characters as people count them (ASVS 2.1.1). */
export const MIN_PASSWORD = 12;
const PASSWORD_WEAKNESSES = [
  "password_too_short",
  "password_personal",
  "password_repetitive",
  "password_common",
] as const;
/** Why a password is refused; also the code of the problem. */
export type PasswordWeakness = (typeof PASSWORD_WEAKNESSES)[number];

/** A new password. A short one is refused with the other weaknesses, by a code of its own. */
const password = z.string().max(200).openapi({ minLength: MIN_PASSWORD });

export const setupState = z
  .object({
    /** True until the first account exists. */
    needed: z.boolean(),
    signUpOpen: z.boolean(),
  })
  .openapi("SetupState");

const account = { name: line(120), email: z.email().max(254), password };
export const accountInput = z.strictObject(account).openapi("AccountInput");
export type AccountInput = z.infer<typeof accountInput>;
export const setupInput = z
  .strictObject({
    ...account,
    /** Token of the setup link. */
    token: z.string().max(200).optional(),
  })
  .openapi("SetupInput");
export type SetupInput = z.infer<typeof setupInput>;

export const passwordCheck = z
  .strictObject({
    password: z.string().max(200),
    /** The password's owner, if known. */
    name: z.string().max(120).optional(),
    email: z.string().max(254).optional(),
  })
  .openapi("PasswordCheck");
export const passwordJudgement = z
  .object({
    /** Why it would be refused; null: it would be accepted. */
    weakness: z.enum(PASSWORD_WEAKNESSES).nullable(),
    /** Strength; 3 and 4 are accepted. */
    score: z.number().int().min(0).max(4),
  })
  .openapi("PasswordJudgement");
export type PasswordJudgement = z.infer<typeof passwordJudgement>;

export const signInInput = z
  .strictObject({ email: z.email().max(254), password: z.string().max(200) })
  .openapi("SignInInput");
export type SignInInput = z.infer<typeof signInInput>;

export const me = z
  .object({
    id: z.uuid(),
    name: z.string(),
    email: z.string(),
    role: z.enum(WORKSPACE_ROLES),
    personalProjectId: z.uuid().nullable(),
    /** Days for which deleted items can be restored. */
    restoreDays: z.number().int(),
    createdAt: timestamp,
  })
  .openapi("Me");
export type Me = z.infer<typeof me>;
export const signedInUser = me
  .extend({
    /** Failed sign-in attempts between the previous sign-in and this one. */
    failedBefore: z.number().int(),
  })
  .openapi("SignedInUser");

export const meChange = z.strictObject({ name: line(120) }).openapi("MeChange");
export const passwordChange = z
  .strictObject({
    currentPassword: z.string().max(200),
    newPassword: password,
    /** Whether API keys are revoked too, like sessions. */
    revokeKeys: z.boolean().default(true),
  })
  .openapi("PasswordChange");
export const passwordConfirmation = z
  .strictObject({ password: z.string().max(200) })
  .openapi("PasswordConfirmation");
export const passwordReset = z
  .strictObject({ token: z.string().max(200), newPassword: password })
  .openapi("PasswordReset");

export const session = z
  .object({
    id: z.uuid(),
    current: z.boolean(),
    ipAddress: z.string().nullable(),
    userAgent: z.string().nullable(),
    createdAt: timestamp,
    /** Accurate to about a minute. */
    lastSeenAt: timestamp,
    /** Failed sign-in attempts before this session was opened. */
    failedBefore: z.number().int(),
    expiresAt: timestamp,
  })
  .openapi("Session");
export type Session = z.infer<typeof session>;

export const apiKey = z
  .object({
    id: z.uuid(),
    name: z.string(),
    /** The first characters, to tell keys apart; the rest is not stored. */
    prefix: z.string(),
    scopes: z.array(z.enum(KEY_SCOPES)),
    expiresAt: timestamp.nullable(),
    /** Accurate to about half a minute; null if never used. */
    lastUsedAt: timestamp.nullable(),
    createdAt: timestamp,
  })
  .openapi("ApiKey");
export type ApiKey = z.infer<typeof apiKey>;
export const apiKeyList = z
  .object({
    items: z.array(apiKey),
    nextCursor: z.null(),
    /** Maximum lifetime of a new key in days; null: unlimited. */
    maxDays: z.number().int().nullable(),
  })
  .openapi("ApiKeyList");
/** A user's sessions and keys, for admins. */
export const accessOfUser = z
  .object({ sessions: z.array(session), apiKeys: z.array(apiKey) })
  .openapi("AccessOfUser");

/** The only response with the key itself. */
export const createdApiKey = apiKey.extend({ key: z.string() }).openapi("CreatedApiKey");
export type CreatedApiKey = z.infer<typeof createdApiKey>;

export const newApiKey = z
  .strictObject({
    name: line(120),
    /**
     * `admin`, which admins may grant, lets the key manage the workspace; reads and changes still need `read`
     * or `write`.
     */
    scopes: z
      .array(z.enum(KEY_SCOPES))
      .min(1)
      .max(KEY_SCOPES.length)
      .refine((scopes) => scopes.some((scope) => scope !== "admin"), "needs read or write")
      .transform((scopes) => [...new Set(scopes)]),
    /** Default: 90, or the workspace's maximum. Null: the maximum, which may be until it is revoked. */
    expiresInDays: z.number().int().min(1).max(3650).nullable().optional(),
  })
  .openapi("NewApiKey");
export type NewApiKey = z.infer<typeof newApiKey>;

export const apiKeyRotation = z
  .strictObject({
    /** Hours for which the old key works beside the new one. */
    overlapHours: z.number().int().min(0).max(720).default(24),
  })
  .openapi("ApiKeyRotation");

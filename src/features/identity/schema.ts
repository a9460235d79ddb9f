import { z } from "@hono/zod-openapi";
import { line, timestamp } from "../../platform/http/json.ts";

const password = z.string().min(10).max(200);

export const setupState = z
  .object({
    /** True until the first account exists. */
    needed: z.boolean(),
    signUpOpen: z.boolean(),
  })
  .openapi("SetupState");
export type SetupState = z.infer<typeof setupState>;

export const accountInput = z
  .strictObject({ name: line(120), email: z.email().max(254), password })
  .openapi("AccountInput");
export type AccountInput = z.infer<typeof accountInput>;
export const setupInput = accountInput
  .extend({ token: z.string().max(200).optional() })
  .openapi("SetupInput");
export type SetupInput = z.infer<typeof setupInput>;

export const signInInput = z
  .strictObject({ email: z.email().max(254), password: z.string().max(200) })
  .openapi("SignInInput");
export type SignInInput = z.infer<typeof signInInput>;

export const me = z
  .object({
    id: z.uuid(),
    name: z.string(),
    email: z.string(),
    role: z.enum(["admin", "member"]),
    personalProjectId: z.uuid().nullable(),
    createdAt: timestamp,
  })
  .openapi("Me");
export type Me = z.infer<typeof me>;

export const meChange = z.strictObject({ name: line(120) }).openapi("MeChange");
export const passwordChange = z
  .strictObject({ currentPassword: z.string().max(200), newPassword: password })
  .openapi("PasswordChange");
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
    expiresAt: timestamp,
  })
  .openapi("Session");
export type Session = z.infer<typeof session>;

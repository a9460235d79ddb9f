import { z } from "@hono/zod-openapi";
import { WORKSPACE_ROLES } from "../../platform/context.ts";
import { line, page, timestamp } from "../../platform/http/json.ts";

const version = z.number().int();
const role = z.enum(WORKSPACE_ROLES);

export const adminUser = z
  .object({
    id: z.uuid(),
    name: z.string(),
    email: z.string(),
    role,
    disabledAt: timestamp.nullable(),
    version,
    createdAt: timestamp,
  })
  .openapi("AdminUser");
export type AdminUser = z.infer<typeof adminUser>;
export const adminUserPage = page(adminUser).openapi("AdminUserPage");
export const newUser = z
  .strictObject({ name: line(120), email: z.email().max(254), role: role.default("member") })
  .openapi("NewUser");
export const userChange = z
  .strictObject({
    name: line(120).optional(),
    role: role.optional(),
    disabled: z.boolean().optional(),
  })
  .openapi("UserChange");

/** A one-time link to set a new password. Shown only once. */
export const resetLink = z.object({ url: z.url(), expiresAt: timestamp }).openapi("ResetLink");
export const createdUser = z.object({ user: adminUser, resetLink }).openapi("CreatedUser");

export const settings = z
  .object({
    /** The effective value: as set here, else as configured. */
    signUpOpen: z.boolean(),
    /** Null: as configured. */
    signUpOpenSet: z.boolean().nullable(),
    /** Null: the oldest enabled model of a real provider. */
    defaultModelId: z.uuid().nullable(),
    version,
  })
  .openapi("WorkspaceSettings");
export const settingsChange = z
  .strictObject({
    signUpOpen: z.boolean().nullable().optional(),
    defaultModelId: z.uuid().nullable().optional(),
  })
  .openapi("WorkspaceSettingsChange");
export type SettingsChange = z.infer<typeof settingsChange>;

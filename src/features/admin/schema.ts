import { z } from "@hono/zod-openapi";
import { WORKSPACE_ROLES } from "../../platform/context.ts";
import { toDomain } from "../../platform/http/domain-name.ts";
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

const emailDomain = z
  .string()
  .max(253)
  .transform((text, ctx) => {
    const domain = toDomain(text.replace(/^@/, ""));
    if (domain === null) ctx.addIssue({ code: "custom", message: "is not a domain name" });
    return domain ?? "";
  });

export const settings = z
  .object({
    /** The effective value: as set here, else as configured. */
    signUpOpen: z.boolean(),
    /** Null: as configured. */
    signUpOpenSet: z.boolean().nullable(),
    /** Domains of the e-mail addresses that may sign up, where that is open; empty: any. */
    signUpDomains: z.array(z.string()),
    /** Null: the oldest enabled model of a real provider. */
    defaultModelId: z.uuid().nullable(),
    version,
  })
  .openapi("WorkspaceSettings");
export const settingsChange = z
  .strictObject({
    signUpOpen: z.boolean().nullable().optional(),
    /** Compared as a whole, in any case of letters and any script; empty: any. */
    signUpDomains: z
      .array(emailDomain)
      .max(100)
      .transform((domains) => [...new Set(domains)])
      .optional(),
    defaultModelId: z.uuid().nullable().optional(),
  })
  .openapi("WorkspaceSettingsChange");
export type SettingsChange = z.infer<typeof settingsChange>;

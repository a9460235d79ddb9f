import { z } from "zod";
import type { Ctx } from "../../platform/context.ts";
import { listSettings } from "./repo.ts";

/**
 * Null means "never set". A value whose format only a newer release knows does too, but for who may sign up:
 * there it closes sign-up, since what it restricts is not known.
 */
const stored = z.object({
  signUpOpen: z.boolean().nullable().default(null).catch(false),
  signUpDomains: z.array(z.string()).nullable().default([]).catch(null),
  defaultModelId: z.uuid().nullable().catch(null),
});

/** The workspace settings as set by an admin; null: the configured or built-in default. */
export type StoredSettings = z.output<typeof stored>;
type SettingName = keyof StoredSettings;

export async function getSetting<N extends SettingName>(
  ctx: Ctx,
  name: N,
): Promise<StoredSettings[N]> {
  return parse(await listSettings(ctx.db))[name];
}

/** Whether public sign-up is open, as set by an admin, else as configured; and for which e-mail domains. */
export async function signUpPolicy(ctx: Ctx): Promise<{ open: boolean; domains: string[] }> {
  const { signUpOpen, signUpDomains } = await getSettings(ctx);
  return { open: signUpOpen, domains: signUpDomains };
}

/** The effective settings, and what an admin has set. */
export interface WorkspaceSettings {
  signUpOpen: boolean;
  /** Null: as configured. */
  signUpOpenSet: boolean | null;
  /** Empty: any. */
  signUpDomains: string[];
  /** Null: the oldest enabled model of a real provider. */
  defaultModelId: string | null;
  version: number;
}

/** All settings, with the version that a change must name. */
export async function getSettings(ctx: Ctx): Promise<WorkspaceSettings> {
  const rows = await listSettings(ctx.db);
  const { signUpOpen: set, signUpDomains, defaultModelId } = parse(rows);
  const open = set ?? ctx.deps.config.signUp === "open";
  return {
    signUpOpen: open && signUpDomains !== null,
    signUpOpenSet: signUpDomains === null ? false : set,
    signUpDomains: signUpDomains ?? [],
    defaultModelId,
    version: Math.max(0, ...rows.map(({ updatedAt }) => updatedAt.getTime())),
  };
}

function parse(rows: { name: string; value: unknown }[]): StoredSettings {
  return stored.parse(Object.fromEntries(rows.map(({ name, value }) => [name, value])));
}

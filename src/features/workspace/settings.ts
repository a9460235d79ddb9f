import { z } from "zod";
import type { Ctx } from "../../platform/context.ts";
import { listSettings } from "./repo.ts";

/** Null means "never set"; so does a value whose format only a newer release knows. */
const stored = z.object({
  signUpOpen: z.boolean().nullable().catch(null),
  signUpDomains: z.array(z.string()).catch([]),
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
  const { signUpOpen, signUpDomains } = parse(await listSettings(ctx.db));
  return { open: signUpOpen ?? ctx.deps.config.signUp === "open", domains: signUpDomains };
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
  return {
    signUpOpen: set ?? ctx.deps.config.signUp === "open",
    signUpOpenSet: set,
    signUpDomains,
    defaultModelId,
    version: Math.max(0, ...rows.map(({ updatedAt }) => updatedAt.getTime())),
  };
}

function parse(rows: { name: string; value: unknown }[]): StoredSettings {
  return stored.parse(Object.fromEntries(rows.map(({ name, value }) => [name, value])));
}

import { z } from "zod";
import type { Ctx } from "../../platform/context.ts";
import { listSettings, storeSetting } from "./repo.ts";

/** Null is "never set"; so is a value of a shape that only a newer version knows. */
const stored = z.object({
  signUpOpen: z.boolean().nullable().catch(null),
  defaultModelId: z.uuid().nullable().catch(null),
});

/** The workspace's switches as an admin has set them; null: as the configuration, or the product, has it. */
export type StoredSettings = z.output<typeof stored>;
export type SettingName = keyof StoredSettings;

/** All switches, in one query. */
export async function getSettings(ctx: Ctx): Promise<StoredSettings> {
  return stored.parse(Object.fromEntries(await listSettings(ctx.db)));
}

export async function getSetting<N extends SettingName>(
  ctx: Ctx,
  name: N,
): Promise<StoredSettings[N]> {
  return (await getSettings(ctx))[name];
}

/** Sets a switch, or with null takes it back. The caller records it in the audit log. */
export async function setSetting<N extends SettingName>(
  ctx: Ctx,
  name: N,
  value: StoredSettings[N],
): Promise<void> {
  await storeSetting(ctx.db, name, value, ctx.deps.clock.now());
}

/** Whether strangers may sign up: as an admin has set it, else as configured. */
export async function signUpOpen(ctx: Ctx): Promise<boolean> {
  return (await getSetting(ctx, "signUpOpen")) ?? ctx.deps.config.signUp === "open";
}

import { z } from "zod";
import { type Ctx, inTransaction } from "../../platform/context.ts";
import { changedMeanwhile } from "../../platform/http/etag.ts";
import { record } from "../audit/index.ts";
import { modelNotAvailable } from "./errors.ts";
import { findModel, listSettings, lockSettings, storeSetting } from "./repo.ts";
import type { SettingsChange, WorkspaceSettings } from "./schema.ts";

/** Null is "never set"; so is a value of a shape that only a newer version knows. */
const stored = z.object({
  signUpOpen: z.boolean().nullable().catch(null),
  defaultModelId: z.uuid().nullable().catch(null),
});

/** The workspace's switches as an admin has set them; null: as the configuration, or the product, has it. */
export type StoredSettings = z.output<typeof stored>;
export type SettingName = keyof StoredSettings;

export async function getSetting<N extends SettingName>(
  ctx: Ctx,
  name: N,
): Promise<StoredSettings[N]> {
  return parse(await listSettings(ctx.db))[name];
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

/** All switches, with the version that changing them asks for. */
export async function getSettings(ctx: Ctx): Promise<WorkspaceSettings> {
  const rows = await listSettings(ctx.db);
  const { signUpOpen: set, defaultModelId } = parse(rows);
  return {
    signUpOpen: set ?? ctx.deps.config.signUp === "open",
    signUpOpenSet: set,
    defaultModelId,
    version: Math.max(0, ...rows.map(({ updatedAt }) => updatedAt.getTime())),
  };
}

/** @throws {Problem} 412 when they changed meanwhile, 422 `model_not_available`. */
export async function changeSettings(
  ctx: Ctx,
  change: SettingsChange,
  expected: number | null,
): Promise<WorkspaceSettings> {
  return inTransaction(ctx, async (tx) => {
    await lockSettings(tx.db);
    const { version } = await getSettings(tx);
    if (expected !== null && expected !== version) throw changedMeanwhile();
    const modelId = change.defaultModelId ?? null;
    if (modelId !== null && !(await findModel(tx.db, modelId))?.model.enabled)
      throw modelNotAvailable("defaultModelId");
    // Versions must grow even where two changes share a millisecond.
    const now = new Date(Math.max(ctx.deps.clock.now().getTime(), version + 1));
    for (const [name, value] of Object.entries(change)) {
      if (value !== undefined) await storeSetting(tx.db, name, value, now);
    }
    await record(tx, {
      action: "settings.updated",
      target: { kind: "workspace", id: null },
      detail: { ...change },
    });
    return getSettings(tx);
  });
}

function parse(rows: { name: string; value: unknown }[]): StoredSettings {
  return stored.parse(Object.fromEntries(rows.map(({ name, value }) => [name, value])));
}

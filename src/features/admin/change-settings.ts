import { type Ctx, inTransaction } from "../../platform/context.ts";
import { changedMeanwhile } from "../../platform/http/etag.ts";
import { record } from "../audit/index.ts";
import { type AdminScope, requireRightToLetIn } from "../identity/index.ts";
import { isOffered, modelNotAvailable } from "../models/index.ts";
import {
  getSettings,
  lockSettings,
  storeSetting,
  type WorkspaceSettings,
} from "../workspace/index.ts";
import type { SettingsChange } from "./schema.ts";

/**
 * @throws {Problem} 403 `session_only` when a key would let more people sign up, 403 `password_needed` when a
 * session would, 412 when they changed meanwhile, 422 `model_not_available`.
 */
export async function changeSettings(
  ctx: Ctx,
  scope: AdminScope,
  change: SettingsChange,
  expected: number | null,
): Promise<WorkspaceSettings> {
  return inTransaction(ctx, async (tx) => {
    await lockSettings(tx.db);
    const before = await getSettings(tx);
    const { version } = before;
    if (expected !== null && expected !== version) throw changedMeanwhile();
    const modelId = change.defaultModelId ?? null;
    if (modelId !== null && !(await isOffered(tx, modelId)))
      throw modelNotAvailable("defaultModelId");
    // Versions must grow even when two changes share a millisecond.
    const now = new Date(Math.max(ctx.deps.clock.now().getTime(), version + 1));
    for (const [name, value] of Object.entries(change)) {
      if (value !== undefined) await storeSetting(tx.db, name, value, now);
    }
    await record(tx, {
      action: "settings.updated",
      target: { kind: "workspace", id: null },
      detail: { ...change },
    });
    const after = await getSettings(tx);
    if (mayMoreSignUp(before, after)) await requireRightToLetIn(tx, scope);
    return after;
  });
}

/** Whether somebody may sign up afterwards who could not before, once it is open. */
function mayMoreSignUp(before: WorkspaceSettings, after: WorkspaceSettings): boolean {
  const isWider =
    before.signUpDomains.length > 0 &&
    (after.signUpDomains.length === 0 ||
      after.signUpDomains.some((domain) => !before.signUpDomains.includes(domain)));
  return isWider || (after.signUpOpen && !before.signUpOpen);
}

import { type Ctx, inTransaction } from "../../platform/context.ts";
import { changedMeanwhile } from "../../platform/http/etag.ts";
import { record } from "../audit/index.ts";
import type { AdminScope } from "../identity/index.ts";
import { isOffered, modelNotAvailable } from "../models/index.ts";
import {
  getSettings,
  lockSettings,
  storeSetting,
  type WorkspaceSettings,
} from "../workspace/index.ts";
import type { SettingsChange } from "./schema.ts";

/** @throws {Problem} 412 when they changed meanwhile, 422 `model_not_available`. */
export async function changeSettings(
  ctx: Ctx,
  _scope: AdminScope,
  change: SettingsChange,
  expected: number | null,
): Promise<WorkspaceSettings> {
  return inTransaction(ctx, async (tx) => {
    await lockSettings(tx.db);
    const { version } = await getSettings(tx);
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
    return getSettings(tx);
  });
}

import type { Ctx } from "../../platform/context.ts";
import { forgetLearnedBefore } from "./repo.ts";

const REMEMBERED_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Forgets what providers refused a month ago, so that a mended server is asked as usual again. What is still refused
 * is learned anew by one refused request, which costs nothing.
 */
export async function purgeLearned(ctx: Ctx): Promise<void> {
  await forgetLearnedBefore(ctx.db, new Date(ctx.deps.clock.now().getTime() - REMEMBERED_MS));
}

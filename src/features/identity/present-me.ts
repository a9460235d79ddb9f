import type { Ctx } from "../../platform/context.ts";
import type { UserRow } from "./repo.ts";
import type { Me } from "./schema.ts";

export type FindPersonalProject = (ctx: Ctx, userId: string) => Promise<string | null>;

/** A user's own account as JSON. */
export async function presentMe(
  ctx: Ctx,
  user: UserRow,
  personalProjectId: FindPersonalProject,
): Promise<Me> {
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    role: user.role,
    personalProjectId: await personalProjectId(ctx, user.id),
    restoreDays: ctx.deps.config.restoreDays,
    createdAt: user.createdAt.toISOString(),
  };
}

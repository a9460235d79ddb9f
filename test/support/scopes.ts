import { type ProjectRole, type ProjectScope, scopeOf } from "../../src/features/projects/index.ts";
import type { Ctx } from "../../src/platform/context.ts";
import type { Person, TestApp } from "./app.ts";

/** A context in which a person acts as in their browser. */
export function contextOf({ deps }: TestApp, { me }: Person): Ctx {
  return {
    actor: {
      kind: "user",
      userId: me.id,
      role: me.role,
      via: { kind: "session", sessionId: me.id },
    },
    deps,
    db: deps.database.db,
  };
}

/** The scope of a person in a project, as the policy grants it. */
export function projectScope<L extends ProjectRole>(
  app: TestApp,
  person: Person,
  projectId: string,
  level: L,
): Promise<ProjectScope<L>> {
  return scopeOf(contextOf(app, person), projectId, level, "GET");
}

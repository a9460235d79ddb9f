import { z } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../../platform/http/hono-env.ts";
import type { AccessRule } from "../../platform/http/route.ts";
import { requireUser } from "../identity/index.ts";
import { findThreadOfMessage, messageNotFound, threadScope } from "../threads/index.ts";
import { generationNotFound } from "./errors.ts";
import { findGeneration, type GenerationRow } from "./repo.ts";

declare module "../../platform/http/hono-env.ts" {
  interface AppVariables {
    generation: GenerationRow;
  }
}

/** Route rule: what the actor may do with the thread of the generation in the path. */
export function onGeneration(
  level: "read" | "write",
  options: { archived?: boolean } = {},
): AccessRule {
  const middleware: MiddlewareHandler<AppEnv> = async function onGeneration(c, next) {
    const ctx = c.get("ctx");
    requireUser(ctx.actor, c.req.method);
    const id = c.req.param("generationId") ?? "";
    const found = z.uuid().safeParse(id).success ? await findGeneration(ctx.db, id) : undefined;
    if (!found) throw generationNotFound();
    c.set(
      "thread",
      await threadScope(ctx, found.threadId, level, c.req.method, options).catch(
        hide(generationNotFound),
      ),
    );
    c.set("generation", found);
    await next();
  };
  return { name: `thread:${level}`, middleware };
}

/** Route rule: may write in the thread of the message in the path. */
export function onMessage(): AccessRule {
  const middleware: MiddlewareHandler<AppEnv> = async function onMessage(c, next) {
    const ctx = c.get("ctx");
    requireUser(ctx.actor, c.req.method);
    const id = c.req.param("messageId") ?? "";
    const threadId = z.uuid().safeParse(id).success
      ? await findThreadOfMessage(ctx.db, id)
      : undefined;
    if (threadId === undefined) throw messageNotFound();
    c.set(
      "thread",
      await threadScope(ctx, threadId, "write", c.req.method).catch(hide(messageNotFound)),
    );
    await next();
  };
  return { name: "thread:write", middleware };
}

/** A thread that the actor may not see must not show that the thing in it exists. */
function hide(as: () => Error): (error: unknown) => never {
  return (error) => {
    throw error instanceof Error && Reflect.get(error, "status") === 404 ? as() : error;
  };
}

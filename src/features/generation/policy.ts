import { z } from "@hono/zod-openapi";
import type { AccessRule } from "../../platform/http/route.ts";
import { requireUser } from "../identity/index.ts";
import {
  describeThreadRule,
  findThreadOfMessage,
  messageNotFound,
  type ThreadScope,
  threadScope,
} from "../threads/index.ts";
import { generationNotFound } from "./errors.ts";
import { findGeneration } from "./find-generation.ts";
import type { GenerationRow } from "./tables.ts";

type Level = "read" | "write";

let mint: <L extends Level>(
  thread: ThreadScope<L>,
  generation: GenerationRow,
) => GenerationScope<L>;

/** Proof of the actor's access to a generation: their access to its thread. */
export class GenerationScope<L extends Level = "read"> {
  declare protected readonly proof: true;
  readonly thread: ThreadScope<L>;
  /** The row as it was when access was checked. */
  readonly generation: GenerationRow;

  private constructor(thread: ThreadScope<L>, generation: GenerationRow) {
    this.thread = thread;
    this.generation = generation;
  }

  static {
    mint = (thread, generation) => new GenerationScope(thread, generation);
  }
}

/** Route rule: access to the thread of the generation in the path. Puts the scope into `c.var.generation`. */
export function onGeneration<L extends Level>(
  level: L,
  options: { archived?: boolean } = {},
): AccessRule<{ generation: GenerationScope<L> }> {
  return {
    ...describeThreadRule(level),
    middleware: async function onGeneration(c, next) {
      const ctx = c.get("ctx");
      requireUser(ctx.actor, c.req.method);
      const id = c.req.param("generationId") ?? "";
      const found = z.uuid().safeParse(id).success ? await findGeneration(ctx.db, id) : undefined;
      if (!found) throw generationNotFound();
      const thread = await threadScope(ctx, found.threadId, level, c.req.method, options).catch(
        hide(generationNotFound),
      );
      c.set("generation", mint(thread, found));
      await next();
    },
  };
}

/** Route rule: write access to the thread of the message in the path. Puts the scope into `c.var.thread`. */
export function onMessage(): AccessRule<{ thread: ThreadScope<"write"> }> {
  return {
    ...describeThreadRule("write"),
    middleware: async function onMessage(c, next) {
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
    },
  };
}

/** A thread that the actor may not see must not reveal that the generation exists. */
function hide(as: () => Error): (error: unknown) => never {
  return (error) => {
    throw error instanceof Error && Reflect.get(error, "status") === 404 ? as() : error;
  };
}

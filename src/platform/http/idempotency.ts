import { createHash } from "node:crypto";
import { and, eq, isNull, lt } from "drizzle-orm";
import type { Context, MiddlewareHandler } from "hono";
import { z } from "zod";
import type { Ctx, UserActor } from "../context.ts";
import type { AppEnv } from "./hono-env.ts";
import { Problem } from "./problem.ts";
import { idempotencyKeys } from "./tables.ts";

const METHODS = new Set(["POST", "PUT", "PATCH"]);
const KEY = /^[\x21-\x7e]{1,200}$/;
const KEPT_MS = 86_400_000;
/** A request that has not ended after this long died with its process; its key is free again. */
const ABANDONED_MS = 300_000;
const MAX_KEPT_BYTES = 262_144;
const KEPT_HEADERS = ["content-type", "etag", "location"];

/** What is kept of an answer; `text` is null when it may not be kept: a secret, or too large. */
const keptAnswer = z.object({
  text: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
});

/**
 * Honours `Idempotency-Key` on JSON writes of signed-in callers (after
 * draft-ietf-httpapi-idempotency-key-header): a repeated request gets the first one's answer and has no
 * second effect. Only answers of success are kept, for a day; a refused request changed nothing and may
 * be repeated. An answer marked `Cache-Control: no-store` holds a secret and is never kept, so its
 * repetition is refused instead of answered. Uploads and streams ignore the header.
 * @throws {Problem} 422 `idempotency_key_reused`, `idempotency_key_invalid`; 409 `request_in_progress`,
 * `answer_not_kept`.
 */
export function idempotency(): MiddlewareHandler<AppEnv> {
  return async function idempotency(c, next) {
    const ctx = c.get("ctx");
    const key = c.req.header("idempotency-key");
    if (key === undefined || !METHODS.has(c.req.method) || !isJson(c) || !mayWrite(ctx.actor)) {
      await next();
      return;
    }
    if (!KEY.test(key)) {
      throw new Problem(
        422,
        "idempotency_key_invalid",
        "An Idempotency-Key is 1 to 200 visible ASCII characters.",
      );
    }
    const slot = { ctx, actorId: ctx.actor.userId, key, requestHash: await hashRequest(c) };
    const kept = await claim(slot);
    if (kept !== null) {
      c.res = kept;
      return;
    }
    await next();
    await settle(slot, c.res);
  };
}

/** Forgets answers older than a day. */
export async function purgeIdempotencyKeys(ctx: Ctx): Promise<void> {
  const before = new Date(ctx.deps.clock.now().getTime() - KEPT_MS);
  await ctx.db.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, before));
}

interface Slot {
  ctx: Ctx;
  actorId: string;
  key: string;
  requestHash: string;
}

const inSlot = ({ actorId, key }: Slot) =>
  and(eq(idempotencyKeys.actorId, actorId), eq(idempotencyKeys.key, key));

/** Takes the key for this request. @returns the kept answer when an equal request has ended; null when it is ours. */
async function claim(slot: Slot): Promise<Response | null> {
  const { ctx, actorId, key, requestHash } = slot;
  const now = ctx.deps.clock.now();
  const expired = new Date(now.getTime() - KEPT_MS);
  const abandoned = new Date(now.getTime() - ABANDONED_MS);
  const { createdAt, status } = idempotencyKeys;
  await ctx.db.delete(idempotencyKeys).where(and(inSlot(slot), lt(createdAt, expired)));
  await ctx.db
    .delete(idempotencyKeys)
    .where(and(inSlot(slot), isNull(status), lt(createdAt, abandoned)));
  const taken = await ctx.db
    .insert(idempotencyKeys)
    .values({ actorId, key, requestHash, createdAt: now })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key });
  if (taken.length > 0) return null;
  const [first] = await ctx.db.select().from(idempotencyKeys).where(inSlot(slot)).limit(1);
  if (first === undefined || (first.status === null && first.requestHash === requestHash))
    throw inProgress();
  if (first.requestHash !== requestHash) {
    throw new Problem(
      422,
      "idempotency_key_reused",
      "This Idempotency-Key was used for another request.",
    );
  }
  const answer = keptAnswer.parse(first.body);
  if (answer.text === null) {
    throw new Problem(
      409,
      "answer_not_kept",
      "The first request with this Idempotency-Key succeeded; its answer is not kept.",
    );
  }
  return new Response(answer.text === "" ? null : answer.text, {
    status: first.status ?? 200,
    headers: { ...answer.headers, "idempotency-replayed": "true" },
  });
}

/** Keeps an answer of success; after anything else the key is free again. */
async function settle(slot: Slot, response: Response): Promise<void> {
  const { db } = slot.ctx;
  if (!response.ok) {
    await db.delete(idempotencyKeys).where(inSlot(slot));
    return;
  }
  const secret = /no-store/.test(response.headers.get("cache-control") ?? "");
  const text = secret ? null : await response.clone().text();
  const headers = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = response.headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  const body: z.infer<typeof keptAnswer> = {
    text: text !== null && text.length <= MAX_KEPT_BYTES ? text : null,
    headers,
  };
  await db.update(idempotencyKeys).set({ status: response.status, body }).where(inSlot(slot));
}

function inProgress(): Problem {
  return new Problem(
    409,
    "request_in_progress",
    "The first request with this Idempotency-Key is still running.",
    { headers: { "retry-after": "1" } },
  );
}

/** A write without a body counts as JSON; a file does not. */
function isJson(c: Context): boolean {
  const type = c.req.header("content-type");
  return type === undefined || /^application\/json\b/i.test(type);
}

/** A key that may not write gets no answer that a writing one earned; its request goes on and is refused. */
function mayWrite(actor: Ctx["actor"]): actor is UserActor {
  return (
    actor.kind === "user" && (actor.via.kind === "session" || actor.via.scopes.includes("write"))
  );
}

async function hashRequest(c: Context): Promise<string> {
  const { pathname, search } = new URL(c.req.url);
  return createHash("sha256")
    .update(`${c.req.method} ${pathname}${search}\n`)
    .update(new Uint8Array(await c.req.arrayBuffer()))
    .digest("hex");
}

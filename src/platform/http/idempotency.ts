import { createHash } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { z } from "zod";
import type { Ctx, UserActor } from "../context.ts";
import { isUnavailable } from "../db/errors.ts";
import type { AppEnv } from "./hono-env.ts";
import { type Claim, claimKey, releaseKey, storeAnswer } from "./idempotency-keys.ts";
import { answerNotKept, inProgress, KeyHolder, storedAnswer } from "./keyed-request.ts";
import { Problem } from "./problem.ts";

const METHODS = new Set(["POST", "PUT", "PATCH"]);
const KEY = /^[\x21-\x7e]{1,200}$/;
/** How long a response is held back until it is stored. */
const WAIT_MS = 1_000;
const RETRY_MS = 500;
/** How long a response waits in memory while the database is down. */
const GIVE_UP_MS = 300_000;

/**
 * Honours `Idempotency-Key` on JSON writes of signed-in callers (after
 * draft-ietf-httpapi-idempotency-key-header): a repeated request gets the first one's response and has no
 * second effect. Runs after the route's access rule, so that a repetition is authorized again. The transaction
 * of the effect consumes the key, so the effect happens once, whatever happens to process, database or
 * response. Successful responses are kept for a day; a refused request changed nothing and may be repeated. A
 * response with `Cache-Control: no-store` holds a secret and is never stored, so its repetition is refused.
 * @throws {Problem} 422 `idempotency_key_reused`, `idempotency_key_invalid`; 409 `request_in_progress`,
 * `answer_not_kept`.
 */
export const idempotency: MiddlewareHandler<AppEnv> = async function idempotency(c, next) {
  const ctx = c.get("ctx");
  const key = c.req.header("idempotency-key");
  if (key === undefined || !METHODS.has(c.req.method) || !mayWrite(ctx.actor)) {
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
  const claim: Claim = {
    actorId: ctx.actor.userId,
    key,
    claimId: ctx.deps.ids.next(),
    requestHash: await hashRequest(c),
  };
  const replayed = await take(ctx, claim).catch(async (error: unknown) => {
    // It is unknown whether the key was claimed; if it was, this request will not use it.
    if (isUnavailable(error)) await persist(ctx, () => releaseKey(ctx.deps.database.db, claim));
    throw error;
  });
  if (replayed !== null) {
    c.res = replayed;
    return;
  }
  const keyed = new KeyHolder(claim);
  c.set("ctx", { ...ctx, keyed });
  await next();
  if (keyed.isAnswered && c.res.ok) return;
  const answer = c.res.ok ? await storedAnswer(c.res) : null;
  await persist(ctx, () =>
    answer === null
      ? releaseKey(ctx.deps.database.db, claim)
      : storeAnswer(ctx.deps.database.db, claim, answer),
  );
};

/**
 * Claims the key for this request. @returns the stored response when an equal request has ended; null when the
 * key is ours.
 */
async function take(ctx: Ctx, claim: Claim): Promise<Response | null> {
  const known = await claimKey(ctx.db, claim).catch((error: unknown) => {
    // The connection may be lost after the claim was stored; then the second attempt finds the claim to be
    // ours.
    if (!isUnavailable(error)) throw error;
    return claimKey(ctx.db, claim);
  });
  if (known === null || known.claimId === claim.claimId) return null;
  if (known.requestHash !== null && known.requestHash !== claim.requestHash) {
    throw new Problem(
      422,
      "idempotency_key_reused",
      "This Idempotency-Key was used for another request.",
    );
  }
  if (known.status === null) throw known.ended ? answerNotKept() : inProgress();
  const { text, headers } = keptBody.parse(known.body);
  if (text === null) throw answerNotKept();
  return new Response(text === "" ? null : text, {
    status: known.status,
    headers: { ...headers, "idempotency-replayed": "true" },
  });
}

const keptBody = z.object({
  text: z.string().nullable(),
  headers: z.record(z.string(), z.string()),
});

/**
 * Stores the outcome of a request. The caller gets the response whether or not that succeeds in time. While the
 * database is down it is retried in the background.
 */
async function persist(ctx: Ctx, store: () => Promise<void>): Promise<void> {
  const since = performance.now();
  const again = async (error: unknown): Promise<void> => {
    const { logger, lifecycle } = ctx.deps;
    if (performance.now() - since > GIVE_UP_MS || lifecycle.leaveSignal.aborted) {
      logger.warn({ err: error, requestId: ctx.requestId }, "idempotent answer not stored");
      return;
    }
    await Bun.sleep(RETRY_MS);
    return store().catch(again);
  };
  await Promise.race([store().catch((error: unknown) => void again(error)), Bun.sleep(WAIT_MS)]);
}

/** A read-only key gets no stored response of a write; its request goes on and is refused. */
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

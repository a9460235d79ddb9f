import type { MiddlewareHandler } from "hono";
import type { Actor } from "../context.ts";
import type { Deps } from "../deps.ts";
import type { AppEnv } from "./hono-env.ts";
import { consume, createLimiter } from "./limiter.ts";
import { Problem } from "./problem.ts";
import { rateLimitKey } from "./rate-limit-key.ts";

const WINDOW_SECONDS = 60;

/**
 * Requests per minute for each user (API keys and sessions together) and for each address that is not signed
 * in; see {@link createLimiter} for where it is counted. Responses carry `RateLimit-Policy` and `RateLimit`
 * (draft-ietf-httpapi-ratelimit-headers).
 * @throws {Problem} 429 `rate_limited` with Retry-After.
 */
export function rateLimit({ config, counts }: Deps): MiddlewareHandler<AppEnv> {
  const quota = config.rateLimit;
  if (quota === 0) {
    return async function noRateLimit(_, next) {
      await next();
    };
  }
  const limiter = createLimiter(counts, { name: "rate", points: quota, seconds: WINDOW_SECONDS });
  const policy = `"default";q=${quota};w=${WINDOW_SECONDS}`;
  return async function rateLimit(c, next) {
    const { actor, ip } = c.get("ctx");
    const state = await consume(limiter, callerOf(actor, ip));
    const seconds = Math.max(1, Math.ceil(state.msBeforeNext / 1000));
    const headers = {
      "ratelimit-policy": policy,
      ratelimit: `"default";r=${state.remainingPoints};t=${seconds}`,
    };
    if (state.consumedPoints > quota) {
      throw new Problem(429, "rate_limited", "Too many requests. Wait a moment, then try again.", {
        headers: { ...headers, "retry-after": String(seconds) },
        ...(actor.kind === "user" ? {} : { refusal: { action: "auth.throttled" } }),
      });
    }
    await next();
    for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  };
}

function callerOf(actor: Actor, ip: string | undefined): string {
  return actor.kind === "user" ? `user ${actor.userId}` : `address ${rateLimitKey(ip)}`;
}

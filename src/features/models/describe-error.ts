import type { Ctx } from "../../platform/context.ts";
import { Problem } from "../../platform/http/problem.ts";
import { ProviderError } from "../../providers/index.ts";
import type { ProviderTestResult } from "./schema.ts";

/** An error of a provider for an admin: our code and sentence, and the provider's own. */
export function describeError(ctx: Ctx, thrown: unknown): NonNullable<ProviderTestResult["error"]> {
  const told = (code: string, detail: string, vendorSentence?: string) => ({
    code,
    detail,
    vendorSentence: vendorSentence ?? null,
  });
  if (thrown instanceof ProviderError)
    return told(thrown.code, thrown.message, thrown.vendorSentence);
  if (thrown instanceof Problem) return told(thrown.code, thrown.detail);
  if (thrown instanceof DOMException && thrown.name === "TimeoutError")
    return told("silent", "The provider took too long to answer.");
  ctx.deps.logger.error({ err: thrown }, "provider test failed");
  return told("internal_error", "Internal error.");
}

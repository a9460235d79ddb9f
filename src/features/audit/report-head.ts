import type { Ctx } from "../../platform/context.ts";
import { sealChain } from "./seal-chain.ts";

/**
 * Logs the chain's head, so that it is stored outside the database, for `atelier audit verify --head`. First
 * seals rows that the check of recent rows has missed.
 */
export async function reportHead({ db, deps }: Ctx): Promise<void> {
  const { last } = await sealChain(db, deps, { everything: true });
  if (last) deps.logger.info({ seq: last.seq, head: last.hash }, "head of the audit chain");
}

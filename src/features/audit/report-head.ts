import type { Ctx } from "../../platform/context.ts";
import { sealChain } from "./seal-chain.ts";

/**
 * Sends the chain's head out of the database's reach: as a log line, for `atelier audit verify --head` to be
 * held against later. Seals what the look at recent rows has missed first.
 */
export async function reportHead({ db, deps }: Ctx): Promise<void> {
  const { last } = await sealChain(db, deps, { everything: true });
  if (last) deps.logger.info({ seq: last.seq, head: last.hash }, "head of the audit chain");
}

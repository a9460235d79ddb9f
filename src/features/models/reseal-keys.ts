import { type Ctx, inTransaction } from "../../platform/context.ts";
import { record } from "../audit/index.ts";
import { KEY_PURPOSE } from "./open-adapter.ts";
import { lockSealedKeys, replaceSealed } from "./repo.ts";

export interface ResealReport {
  resealed: number;
  /** Names of providers whose key cannot be decrypted and must be entered again. */
  lost: string[];
}

/**
 * Re-encrypts stored provider keys with the newest secret key, so that older ones can leave the ring. Safe to
 * run while Atelier serves: all keys of the ring decrypt until they are removed.
 */
export async function resealKeys(ctx: Ctx): Promise<ResealReport> {
  const { secrets } = ctx.deps;
  return inTransaction(ctx, async (tx) => {
    const report: ResealReport = { resealed: 0, lost: [] };
    const fresh = (sealed: string) =>
      secrets.isFresh(sealed)
        ? sealed
        : secrets.seal(secrets.open(sealed, KEY_PURPOSE), KEY_PURPOSE);
    for (const { id, name, sealedKey, headers } of await lockSealedKeys(tx.db)) {
      try {
        const sealed = {
          sealedKey: sealedKey === null ? null : fresh(sealedKey),
          headers: headers.map((header) =>
            "sealed" in header ? { ...header, sealed: fresh(header.sealed) } : header,
          ),
        };
        if (Bun.deepEquals(sealed, { sealedKey, headers })) continue;
        await replaceSealed(tx.db, id, sealed);
        report.resealed++;
      } catch (error) {
        ctx.deps.logger.error({ err: error, providerId: id }, "provider key cannot be decrypted");
        report.lost.push(name);
      }
    }
    if (report.resealed === 0) return report;
    await record(tx, {
      action: "provider.keys_resealed",
      target: { kind: "workspace", id: null },
      detail: { resealed: report.resealed, lost: report.lost.length },
    });
    return report;
  });
}

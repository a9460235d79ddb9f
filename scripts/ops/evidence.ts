import { z } from "zod";
import type { Environment } from "./environments.ts";

/** Evidence required before a release leaves an environment. */
export const evidenceSchema = z.strictObject({
  environment: z.enum(["dev", "staging", "production"]),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  collectedAt: z.iso.datetime(),
  /** Flux's status of every stage at the revision with the digest. */
  readiness: z.strictObject({ ready: z.boolean(), revision: z.string().min(1) }),
  /** Error-budget alerts since the digest was applied, and how long ago that was. */
  burn: z.strictObject({ alertsFired: z.int().nonnegative(), soakSeconds: z.int().nonnegative() }),
  restoreDrill: z.strictObject({ succeededAt: z.iso.datetime() }),
  migrations: z.strictObject({ expandOnly: z.boolean() }),
});
export type Evidence = z.infer<typeof evidenceSchema>;

const hour = 3600;
const day = 24 * hour;
/** Minimum time that a release must have run in each environment, in seconds. */
export const soakSeconds: Record<Environment, number> = {
  dev: hour / 4,
  staging: day,
  production: 0,
};
const evidenceMaxAgeSeconds = hour;
const drillMaxAgeSeconds = 8 * day;

/** Every reason why this evidence does not allow `digest` to leave `from` at `now`; empty when it does. */
export function objections(
  evidence: Evidence,
  from: Environment,
  digest: string,
  now: Date,
): string[] {
  const age = (at: string) => (now.getTime() - Date.parse(at)) / 1000;
  const found: string[] = [];
  if (evidence.environment !== from)
    found.push(`the evidence is of ${evidence.environment}, not of ${from}`);
  if (evidence.digest !== digest)
    found.push(`the evidence is of ${evidence.digest}, but ${from} runs ${digest}`);
  if (age(evidence.collectedAt) > evidenceMaxAgeSeconds)
    found.push("the evidence is older than an hour");
  if (age(evidence.collectedAt) < -60) found.push("the evidence is from the future");
  if (!evidence.readiness.ready) found.push(`${from} is not ready`);
  if (evidence.burn.alertsFired > 0)
    found.push(`${evidence.burn.alertsFired} burn-rate alerts fired in ${from}`);
  if (evidence.burn.soakSeconds < soakSeconds[from]) {
    found.push(
      `it has run in ${from} for ${evidence.burn.soakSeconds} s of the ${soakSeconds[from]} s asked for`,
    );
  }
  if (age(evidence.restoreDrill.succeededAt) > drillMaxAgeSeconds)
    found.push("the last restore drill is older than 8 days");
  if (!evidence.migrations.expandOnly) found.push("its migrations do more than expand");
  return found;
}

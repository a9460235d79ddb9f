import { purgeDeletedAgents } from "./features/agents/index.ts";
import { reportHead } from "./features/audit/index.ts";
import { findSentVersions } from "./features/generation/index.ts";
import { purgeAttempts, purgeEnded } from "./features/identity/index.ts";
import {
  purgeDeletedFiles,
  purgeOrphans,
  purgeVersions,
  removeProjectBytes,
  startKnowledgeJobs,
  type VersionsInUse,
} from "./features/knowledge/index.ts";
import { settleExpired } from "./features/metering/index.ts";
import { purgeLearned, resealKeys } from "./features/models/index.ts";
import { type BeforePurge, purgeProjects } from "./features/projects/index.ts";
import { findCitedVersions, purgeDeletedThreads } from "./features/threads/index.ts";
import { type Ctx, jobContext } from "./platform/context.ts";
import type { Deps } from "./platform/deps.ts";
import { forgetKeys } from "./platform/http/idempotency-keys.ts";

/** Called before a project is purged, to remove what no cascade reaches. */
const beforePurge: BeforePurge[] = [removeProjectBytes];

/** After the database was down, living processes first renew their holds; the next run is a minute later. */
const QUIET_MS = 10_000;

/** Protects old file versions from removal. */
const inUse: VersionsInUse[] = [findCitedVersions, findSentVersions];

/** The daily purge, in order; a failure does not keep the rest from running. */
const purges: Record<string, (ctx: Ctx) => Promise<unknown>> = {
  projects: (ctx) => purgeProjects(ctx, beforePurge),
  files: purgeDeletedFiles,
  "old versions of files": (ctx) => purgeVersions(ctx, inUse),
  "bytes without a file version": purgeOrphans,
  threads: purgeDeletedThreads,
  agents: purgeDeletedAgents,
  "sessions and links": purgeEnded,
  "idempotency keys": ({ db }) => forgetKeys(db),
  "what models refused": purgeLearned,
};

/** Deletes everything that was deleted longer ago than the restore window. */
export async function purge(deps: Deps): Promise<void> {
  const ctx = jobContext(deps, "purge");
  for (const [what, run] of Object.entries(purges)) {
    try {
      await run(ctx);
    } catch (error) {
      deps.logger.error({ err: error, what }, "purge failed");
    }
  }
}

/**
 * Starts processing jobs in this process (roles `all` and `worker`). Besides `app.ts`, the only place that
 * knows every feature.
 */
export async function startWork(deps: Deps): Promise<void> {
  await deps.jobs.work("purge", {}, () => purge(deps));
  await deps.jobs.schedule("purge", "17 3 * * *");
  await startKnowledgeJobs(deps, inUse);
  await deps.jobs.work("settle-expired-holds", {}, async () => {
    if (deps.clock.steadyMs() < QUIET_MS) return;
    const count = await settleExpired(deps);
    if (count > 0) deps.logger.warn({ count }, "settled expired holds");
  });
  await deps.jobs.schedule("settle-expired-holds", "* * * * *");
  await deps.jobs.work("purge-sign-in-attempts", {}, () =>
    purgeAttempts(jobContext(deps, "purge")),
  );
  await deps.jobs.schedule("purge-sign-in-attempts", "29 * * * *");
  await deps.jobs.work("report-audit-head", {}, () => reportHead(jobContext(deps, "audit")));
  await deps.jobs.schedule("report-audit-head", "0 * * * *");
  // By then the rollout of a new secret key is complete: every process can decrypt what it encrypts.
  await deps.jobs.work("reseal-provider-keys", {}, async () => {
    await resealKeys(jobContext(deps, "reseal"));
  });
  await deps.jobs.schedule("reseal-provider-keys", "47 3 * * *");
}

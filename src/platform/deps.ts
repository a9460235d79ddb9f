import type { Config } from "../config.ts";
import type { Blobs } from "./blobs/blobs.ts";
import type { Bus } from "./bus/bus.ts";
import type { Clock } from "./clock.ts";
import type { SecretKeys } from "./crypto/secret-keys.ts";
import type { Pools } from "./db/pools.ts";
import type { SharedCounts } from "./http/shared-counts.ts";
import type { Ids } from "./ids.ts";
import type { Jobs } from "./jobs/jobs.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { ErrorTracker } from "./observability/error-tracker.ts";
import type { Logger } from "./observability/logger.ts";
import type { Metrics } from "./observability/metrics.ts";
import type { ProductEvents } from "./observability/product-events.ts";

/** The external dependencies of verbs, built in one place and replaced in tests. */
export interface Deps {
  readonly config: Config;
  readonly processId: string;
  readonly database: Pools["database"];
  readonly jobsDatabase: Pools["jobsDatabase"];
  readonly probe: Pools["probe"];
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly secrets: SecretKeys;
  readonly bus: Bus;
  readonly blobs: Blobs;
  readonly jobs: Jobs;
  /** Request counts shared by several processes; null without Valkey. */
  readonly counts: SharedCounts | null;
  readonly lifecycle: Lifecycle;
  /** Receives unexpected errors, if configured. */
  readonly errors: ErrorTracker;
  readonly events: ProductEvents;
  /** HTTP client for provider calls, replaced in tests. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** In-memory state and background work of the features. */
  readonly services: Services;
}

/**
 * In-memory state and background work of the features, one set per process. A feature adds its own by
 * declaration merging in its `services.ts`; `src/compose.ts` builds, starts and stops them.
 */
// biome-ignore lint/suspicious/noEmptyInterface: features add to it by declaration merging
export interface Services {}

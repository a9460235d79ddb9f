import { type DatabaseClient, openDatabase } from "./client.ts";
import type { Observers } from "./instrument-queries.ts";
import type { Work } from "./limits.ts";

/** The connection pools of a process, one per kind of work, so that none starves another. */
export interface Pools {
  /** For requests and answers. */
  readonly database: DatabaseClient;
  /** For jobs, whose statements may take longer. */
  readonly jobsDatabase: DatabaseClient;
  /** A separate connection for the readiness probe, which reports the database's state and not our load. */
  readonly probe: DatabaseClient;
  close(): Promise<void>;
}

export interface PoolOptions {
  /** Pool size for the main work of this process. */
  poolMax: number;
  /** Whether the main work is jobs rather than requests. */
  worker: boolean;
  observers: Observers;
}

/** Pool size for the other kind of work. */
const SIDE_POOL = 2;

/** Opens the pools; connections are made on first use. */
export function openPools(url: string, { poolMax, worker, observers }: PoolOptions): Pools {
  const open = (work: Work, most: number) => openDatabase({ url, poolMax: most, work, observers });
  const database = open("requests", worker ? SIDE_POOL : poolMax);
  const jobsDatabase = open("jobs", worker ? poolMax : SIDE_POOL);
  const probe = open("readiness", 1);
  return {
    database,
    jobsDatabase,
    probe,
    close: async () => {
      await Promise.all([database.close(), jobsDatabase.close(), probe.close()]);
    },
  };
}

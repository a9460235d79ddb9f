import { type DatabaseClient, openDatabase } from "./client.ts";
import type { Observers } from "./instrument-queries.ts";
import type { Work } from "./limits.ts";

/** The pools of a process, apart so that no kind of work takes the connections of another. */
export interface Pools {
  /** What requests and answers run on. */
  readonly database: DatabaseClient;
  /** What jobs run on, which may take longer. */
  readonly jobsDatabase: DatabaseClient;
  /** A connection of its own for readiness, which says whether the database is there and not how busy we are. */
  readonly probe: DatabaseClient;
  close(): Promise<void>;
}

export interface PoolOptions {
  /** Connections for what this process is for. */
  poolMax: number;
  /** Whether that is jobs rather than requests. */
  worker: boolean;
  observers: Observers;
}

/** Connections for the kind of work that a process does little of. */
const SIDE_POOL = 2;

/** Opens them; connections are made on first use. */
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

import { openQueue } from "./boss.ts";

const LONGEST_BUILD_MS = 5 * 60_000;
const PAUSE_MS = 200;

/**
 * Creates or upgrades pg-boss's schema and rebuilds its bloated indexes, as their owner; the processes that use
 * the queue need not be.
 * @throws Error when the indexes of a new version are not built after five minutes; run it again.
 */
export async function installQueue(url: string): Promise<void> {
  const { boss, database } = openQueue(url, "maintenance", {
    supervise: false,
    schedule: false,
    registerInstance: false,
    bamIntervalSeconds: 10,
  });
  const errors: unknown[] = [];
  boss.on("error", (error) => errors.push(error));
  try {
    await boss.start();
    const deadline = performance.now() + LONGEST_BUILD_MS;
    while ((await boss.getBamStatus()).some(({ status }) => status !== "completed")) {
      if (performance.now() > deadline)
        throw new Error("Indexes of the job queue are not built", { cause: errors.at(-1) });
      await Bun.sleep(PAUSE_MS);
    }
    await boss.supervise();
  } finally {
    await boss.stop({ graceful: true });
    await database.close();
  }
}

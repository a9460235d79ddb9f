const SPIN_MS = 50;

/**
 * How much longer than alone a process waits for the processor right now: 1 on a quiet machine. A bound on
 * time is multiplied by it, so that it is sharp where it can be and a loaded machine does not break it.
 */
export function slowness(): number {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  let worked = 0;
  while (worked < SPIN_MS * 1_000) {
    const { user, system } = process.cpuUsage(before);
    worked = user + system;
  }
  return Math.max(1, (performance.now() - startedAt) / SPIN_MS);
}

/** Out of space or over a disk quota: system error codes, and SQLSTATE disk_full (PostgreSQL's appendix A). */
const FULL = new Set<unknown>(["ENOSPC", "EDQUOT", "53100"]);

/** Whether an error, or its cause, means that a disk is full: this machine's or the database's. */
export function isDiskFull(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (FULL.has(Reflect.get(cause, "code"))) return true;
  }
  return false;
}

import type postgres from "postgres";
import { z } from "zod";
import type { Clock } from "../clock.ts";
import { explained } from "./errors.ts";

const ASK_MS = 2_000;
/** Longer than the query interval plus a slightly late answer. */
const GAP_MS = 5_000;
/** A slower answer means that the database hung, which counts as a gap too. */
const HUNG_MS = 2_000;
/** A slower answer is too imprecise to set the clock by. */
const SLOW_MS = 250;

const answer = z.tuple([z.object({ now: z.coerce.number() })]);

/**
 * The database's time without a query per call: the last answer, extrapolated by this process's monotonic
 * clock. The machine's wall clock is never used.
 */
export class DatabaseClock implements Clock {
  readonly #sql: postgres.Sql;
  readonly #shared: boolean;
  /** Database time minus `performance.now()`. */
  #offset = Number.NaN;
  #steadySince = 0;
  #lastAnswer = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(sql: postgres.Sql, shared: boolean) {
    this.#sql = sql;
    this.#shared = shared;
  }

  /**
   * @param shared whether other processes may use the database. If not, no other lease can be alive.
   * @throws {DatabaseUnavailableError} when the first query fails.
   */
  static async start(sql: postgres.Sql, shared: boolean): Promise<DatabaseClock> {
    const clock = new DatabaseClock(sql, shared);
    await clock.#ask();
    let asking = false;
    clock.#timer = setInterval(async () => {
      if (asking) return;
      asking = true;
      // A failed query is a gap, which needs no handling here.
      await clock.#ask().catch(() => {});
      asking = false;
    }, ASK_MS);
    clock.#timer.unref();
    return clock;
  }

  now(): Date {
    return new Date(this.#offset + performance.now());
  }

  steadyMs(): number {
    if (!this.#shared) return Number.POSITIVE_INFINITY;
    const now = this.now().getTime();
    return now - this.#lastAnswer > GAP_MS ? 0 : now - this.#steadySince;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #ask(): Promise<void> {
    const sentAt = performance.now();
    const asked = this.#sql`select extract(epoch from clock_timestamp()) * 1000 as now`;
    const rows = await asked.catch((error) => {
      throw explained(error);
    });
    const took = performance.now() - sentAt;
    const [{ now }] = answer.parse([...rows]);
    const offset = now - sentAt - took / 2;
    if (took <= SLOW_MS || !(Math.abs(offset - this.#offset) <= took)) this.#offset = offset;
    // By the database's time, so that a pause of this process or of the whole machine is a gap too.
    const since = now - this.#lastAnswer;
    if (since < 0 || since > GAP_MS || took > HUNG_MS) this.#steadySince = now;
    this.#lastAnswer = now;
  }
}

import type { Deps } from "../../platform/deps.ts";
import { rateLimitKey } from "../../platform/http/rate-limit-key.ts";
import type { SecurityEvent, SecurityEventSink } from "../../platform/http/security-events.ts";
import { type SecurityEventGroup, storeSecurityEvents } from "./store-security-events.ts";

/** Window in which equal events are counted together. */
const WINDOW_MS = 60_000;
const FLUSH_EVERY_MS = 2_000;
/** Maximum distinct events per window: of one user or address, of all users, of all anonymous callers. */
const MOST_OF_ONE = 50;
const MOST_OF_USERS = 1_000;
const MOST_OF_STRANGERS = 100;

interface Entry {
  readonly event: SecurityEvent;
  readonly openedAt: Date;
  readonly overflowOf: SecurityEventGroup["overflowOf"];
  /** The limits that it counts towards. */
  readonly groups: readonly string[];
  stored: boolean;
  /** Since the last stored row. */
  count: number;
  first: Date;
  last: Date;
}

/**
 * Buffers security events in memory and stores them in batches, so that a flood of refusals costs a bounded
 * number of rows: one within moments, and one more with the count after the minute. Events beyond the limits
 * are counted together. A killed process loses its unstored events.
 */
export class SecurityEventBuffer implements SecurityEventSink {
  readonly #deps: Deps;
  readonly #entries = new Map<string, Entry>();
  readonly #sizes = new Map<string, number>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #flushing: Promise<void> | undefined;
  #following: Promise<void> | undefined;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  start(): void {
    this.#timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS);
  }

  /** Stores the rest, then stops. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#following;
    await this.#flushing;
    await this.#store([...this.#entries.values()].filter(({ count }) => count > 0));
  }

  note(event: SecurityEvent): void {
    const now = this.#deps.clock.now();
    const entry = this.#entries.get(keyOf(event)) ?? this.#open(event, now);
    if (entry.count === 0) entry.first = now;
    entry.last = now;
    entry.count++;
  }

  /**
   * Stores new events, and those whose minute is over. A running flush may have begun before the newest event, so
   * another follows it, for all who ask meanwhile.
   */
  flush(): Promise<void> {
    if (this.#flushing === undefined) {
      this.#flushing = this.#flushOnce().finally(() => {
        this.#flushing = undefined;
      });
      return this.#flushing;
    }
    this.#following ??= this.#flushing.then(() => {
      this.#following = undefined;
      return this.flush();
    });
    return this.#following;
  }

  #open(event: SecurityEvent, now: Date): Entry {
    const isUser = event.actor.kind === "user";
    const bounds = [
      { group: sourceOf(event), most: MOST_OF_ONE, overflowOf: "one" as const },
      isUser
        ? { group: "users", most: MOST_OF_USERS, overflowOf: "many" as const }
        : { group: "strangers", most: MOST_OF_STRANGERS, overflowOf: "many" as const },
    ];
    const full = bounds.find(({ group, most }) => (this.#sizes.get(group) ?? 0) >= most);
    const key = full === undefined ? keyOf(event) : `${event.action} of ${full.group}`;
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const groups = full === undefined ? bounds.map(({ group }) => group) : [];
    for (const group of groups) this.#sizes.set(group, (this.#sizes.get(group) ?? 0) + 1);
    const entry: Entry = {
      event,
      openedAt: now,
      overflowOf: full?.overflowOf ?? null,
      groups,
      stored: false,
      count: 0,
      first: now,
      last: now,
    };
    this.#entries.set(key, entry);
    return entry;
  }

  async #flushOnce(): Promise<void> {
    const now = this.#deps.clock.now().getTime();
    const isOver = ({ openedAt }: Entry) => now - openedAt.getTime() >= WINDOW_MS;
    const entries = [...this.#entries.values()];
    await this.#store(entries.filter((one) => one.count > 0 && (!one.stored || isOver(one))));
    for (const [key, entry] of this.#entries)
      if (entry.count === 0 && isOver(entry)) this.#end(key);
  }

  #end(key: string): void {
    for (const group of this.#entries.get(key)?.groups ?? []) {
      const left = (this.#sizes.get(group) ?? 0) - 1;
      if (left > 0) this.#sizes.set(group, left);
      else this.#sizes.delete(group);
    }
    this.#entries.delete(key);
  }

  /** After a failure the events wait for the next flush. */
  async #store(due: Entry[]): Promise<void> {
    if (due.length === 0) return;
    const gathered = due.map(({ event, count, first, last, overflowOf }) => ({
      event,
      count,
      first,
      last,
      overflowOf,
    }));
    for (const entry of due) entry.count = 0;
    try {
      await storeSecurityEvents(this.#deps, gathered);
      for (const entry of due) entry.stored = true;
    } catch (error) {
      for (const [index, { count = 0, first = new Date() }] of gathered.entries()) {
        const entry = due[index];
        if (entry) Object.assign(entry, { count: entry.count + count, first });
      }
      this.#deps.logger.warn({ err: error }, "security events not stored; retrying");
    }
  }
}

/** Key of the per-source limit: a user, or an address as in the rate limit. */
function sourceOf({ actor, ip }: SecurityEvent): string {
  return actor.kind === "user" ? `user ${actor.userId}` : `address ${rateLimitKey(ip)}`;
}

/** Equal for equal events: the same action and reason by the same actor from the same address. */
function keyOf(event: SecurityEvent): string {
  const { actor, action, reason, account, keyHash, target } = event;
  return JSON.stringify([
    action,
    reason,
    sourceOf(event),
    actor.kind === "user" ? actor.via.kind : null,
    rateLimitKey(event.ip),
    account?.toLowerCase(),
    keyHash,
    // Refusals keep only the first target; reads are separate by target.
    reason === null ? [event.route, target] : null,
  ]);
}

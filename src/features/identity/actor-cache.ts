import type { Bus } from "../../platform/bus/bus.ts";
import type { Clock } from "../../platform/clock.ts";
import type { UserActor } from "../../platform/context.ts";

/** Message: a session or key was revoked, or an account changed. */
export const IDENTITY_CHANGED = "identity.changed";
/**
 * The proven credential, by kind: a session's token after its signature was verified, or the hash of a key.
 * Separate namespaces, so that a value sent as one kind is never found as the other.
 */
export type Proof = `session:${string}` | `key:${string}`;

const MAX_AGE_MS = 15_000;
const MAX_ENTRIES = 10_000;

/**
 * Caches recently verified sessions and keys, so that a read costs one query instead of two. A revocation
 * clears the cache of every process over the bus before its request is answered; entries live seconds, which
 * bounds the effect of a lost message.
 */
export class ActorCache {
  readonly #entries = new Map<Proof, { actor: UserActor; until: number }>();
  readonly #clock: Clock;
  readonly #bus: Bus;
  #generation = 0;

  constructor(clock: Clock, bus: Bus) {
    this.#clock = clock;
    this.#bus = bus;
    bus.subscribe(IDENTITY_CHANGED, () => this.#clear());
    bus.onGap(() => this.#clear());
  }

  /** Incremented by each revocation: results read before it must not be stored after it. */
  get generation(): number {
    return this.#generation;
  }

  get(proof: Proof): UserActor | undefined {
    const entry = this.#entries.get(proof);
    if (entry === undefined) return undefined;
    if (entry.until > this.#clock.now().getTime()) return entry.actor;
    this.#entries.delete(proof);
    return undefined;
  }

  set(proof: Proof, actor: UserActor, expiresAt: Date | null, generation: number): void {
    if (generation !== this.#generation) return;
    if (this.#entries.size >= MAX_ENTRIES) this.#entries.clear();
    const until = Math.min(
      this.#clock.now().getTime() + MAX_AGE_MS,
      expiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
    );
    this.#entries.set(proof, { actor, until });
  }

  /** Call it after the commit that revoked a session or key, or changed a user's role. */
  async revoke(): Promise<void> {
    this.#clear();
    await this.#bus.publish(IDENTITY_CHANGED, "");
  }

  #clear(): void {
    this.#generation++;
    this.#entries.clear();
  }
}

/** Resolves at the next tick of a group. */
export type NextFrame = () => Promise<void>;

/**
 * Shared intervals: one timer for all waiters of a group, none without waiters. What the waiters of a tick do is done
 * one after the other and delays all of them, so they are dealt out to groups, which tick apart.
 */
export class Frames {
  readonly #everyMs: number;
  readonly #groups: NextFrame[];
  #joined = 0;

  constructor(everyMs: number, groups: number) {
    this.#everyMs = everyMs;
    this.#groups = Array.from({ length: groups }, () => this.#group());
  }

  /** Joins one of the groups, each in turn. */
  join(): NextFrame {
    const group = this.#groups[this.#joined++ % this.#groups.length];
    return group ?? this.#group();
  }

  #group(): NextFrame {
    let next: Promise<void> | undefined;
    return () => {
      next ??= Bun.sleep(this.#everyMs).then(() => {
        next = undefined;
      });
      return next;
    };
  }
}

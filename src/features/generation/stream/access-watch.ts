import type { Ctx } from "../../../platform/context.ts";
import { Problem } from "../../../platform/http/problem.ts";
import { isStillSignedIn, onIdentityChange } from "../../identity/index.ts";
import { onAccessChange } from "../../projects/index.ts";
import { type ThreadScope, threadScope } from "../../threads/index.ts";

/**
 * A stream outlives the access check that opened it. This watches for changes that may have ended the reader's
 * access (a membership, a session, a key, a thread made private) and checks again.
 */
export class AccessWatch {
  readonly #ctx: Ctx;
  readonly #scope: ThreadScope;
  readonly #ends: (() => void)[];
  #doubted = false;

  /** @param wake called when the stream should check {@link isLost}. */
  constructor(ctx: Ctx, scope: ThreadScope, wake: () => void) {
    this.#ctx = ctx;
    this.#scope = scope;
    const doubt = () => {
      this.#doubted = true;
      wake();
    };
    this.#ends = [
      onAccessChange(ctx.deps, scope.project.projectId, doubt),
      onIdentityChange(ctx.deps, doubt),
      ctx.deps.bus.onGap(doubt),
    ];
  }

  get doubted(): boolean {
    return this.#doubted;
  }

  /** Whether the reader has lost access; runs queries only after a change. */
  async isLost(): Promise<boolean> {
    if (!this.#doubted) return false;
    this.#doubted = false;
    if (!(await isStillSignedIn(this.#ctx))) return true;
    try {
      await threadScope(this.#ctx, this.#scope.threadId, "read", "GET");
      return false;
    } catch (error) {
      if (error instanceof Problem && error.status < 500) return true;
      throw error;
    }
  }

  close(): void {
    for (const end of this.#ends) end();
  }
}

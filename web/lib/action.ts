import { type Signal, useSignal } from "@preact/signals";
import { type ApiError, toApiError } from "./api-error.ts";
import { askForPassword } from "./confirm-password.ts";
import { toast } from "./toast.ts";

export type Action<Args extends unknown[]> = {
  readonly busy: Signal<boolean>;
  readonly error: Signal<ApiError | undefined>;
  /** Runs once at a time; false when it failed or was already running. */
  run: (...args: Args) => Promise<boolean>;
};

export type ActionOptions = {
  /** Shows a failure as a toast, for actions without a form; or only those failures that no field shows. */
  toast?: boolean | ((failure: ApiError) => boolean);
  /** Reloads data that someone else has changed meanwhile (412). */
  onConflict?: () => unknown;
};

/** Runs a promise without a form; a failure is shown as a toast. */
export function attempt(work: Promise<unknown>): void {
  work.catch((thrown: unknown) => toast(toApiError(thrown).detail, { tone: "danger" }));
}

/** A write started by a component: busy while it runs; its failure is kept for the form, or shown as a toast. */
export function useAction<Args extends unknown[]>(
  act: (...args: Args) => Promise<unknown>,
  options: ActionOptions = {},
): Action<Args> {
  const busy = useSignal(false);
  const error = useSignal<ApiError | undefined>(undefined);
  return {
    busy,
    error,
    async run(...args) {
      if (busy.peek()) return false;
      busy.value = true;
      error.value = undefined;
      try {
        await confirmed(() => act(...args));
        return true;
      } catch (thrown) {
        const failure = toApiError(thrown);
        error.value = failure;
        if (failure.status === 412) void options.onConflict?.();
        const { toast: shows = false } = options;
        if (typeof shows === "function" ? shows(failure) : shows)
          toast(failure.detail, { tone: "danger" });
        return false;
      } finally {
        busy.value = false;
      }
    },
  };
}

/** Runs an action; if the API requires the password, asks for it and runs the action again. */
async function confirmed(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (thrown) {
    if (toApiError(thrown).code !== "password_needed" || !(await askForPassword())) throw thrown;
    await act();
  }
}

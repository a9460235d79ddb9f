import { signal } from "@preact/signals";
import { api, read } from "../../lib/api.ts";
import { type ApiError, toApiError } from "../../lib/api-error.ts";
import type { Me, SetupState } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { ownPath } from "../../lib/links.ts";
import { onSignedOut } from "../../lib/refused.ts";

/** The signed-in user: undefined until known, null when signed out. */
export const me = signal<Me | null | undefined>(undefined);
/** Whether the first account is missing, and whether sign-up is open. */
export const setup = signal<SetupState | undefined>(undefined);
/** Failed sign-in attempts before this sign-in, until dismissed. */
export const failedBefore = signal(0);
/** Set when the first request failed, so that nothing can be shown. */
export const startError = signal<ApiError | undefined>(undefined);

onSignedOut(() => {
  me.value = null;
});

/** Reads the signed-in user, and when there is none, the set-up state. */
export async function loadSession(): Promise<void> {
  startError.value = undefined;
  try {
    me.value = await read(api.GET("/me"));
  } catch (thrown) {
    const error = toApiError(thrown);
    if (error.status !== 401) {
      startError.value = error;
      return;
    }
    me.value = null;
  }
}

/** Reads the set-up state; cached after the first answer. */
export async function loadSetup(): Promise<SetupState> {
  setup.value ??= await read(api.GET("/setup"));
  return setup.value;
}

/** The restore window, in words. */
export function restoreTime(): string {
  return t("common.days", { count: me.value?.restoreDays ?? 0 });
}

/**
 * Ends the session here and on the server; keeps it if the server cannot be reached.
 * @param leave goes to the sign-in page. Called in the moment the user is forgotten: a page that loses its user
 * otherwise asks the next one, who may be somebody else, to come back to it.
 */
export async function signOut(leave: () => void): Promise<void> {
  await api.POST("/auth/sign-out");
  leave();
  me.value = null;
}

/** Where to go after sign-in: a path of this site, from `next` in the address. */
export function returnPath(query: Readonly<Record<string, string>>): string {
  const next = ownPath(query.next ?? "/") ?? "/";
  return next.startsWith("/sign-in") ? "/" : next;
}

import { signal } from "@preact/signals";
import { api, read } from "../../lib/api.ts";
import { type ApiError, toApiError } from "../../lib/api-error.ts";
import type { Me, SetupState } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { ownPath } from "../../lib/links.ts";
import { onSignedOut } from "../../lib/refused.ts";

/** Who is signed in: undefined until known, null when nobody is. */
export const me = signal<Me | null | undefined>(undefined);
/** Whether the first account is still to be made, and whether anybody may make one. */
export const setup = signal<SetupState | undefined>(undefined);
/** Failed attempts to sign in that came before this sign-in, until the user has seen it. */
export const failedBefore = signal(0);
/** Set when the first question to the server failed, so that nothing can be shown. */
export const startError = signal<ApiError | undefined>(undefined);

onSignedOut(() => {
  me.value = null;
});

/** Asks who is signed in, and when nobody is, what a visitor may do. */
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

/** Asks what a visitor may do here; kept after the first answer. */
export async function loadSetup(): Promise<SetupState> {
  setup.value ??= await read(api.GET("/setup"));
  return setup.value;
}

/** For how long what is deleted can be restored, in words. */
export function restoreTime(): string {
  return t("common.days", { count: me.value?.restoreDays ?? 0 });
}

/** Ends the session here and on the server; a server that cannot be reached keeps it. */
export async function signOut(): Promise<void> {
  await api.POST("/auth/sign-out");
  me.value = null;
}

/** Where to go after signing in: a path of this site, from the address's `next`. */
export function returnPath(query: Readonly<Record<string, string>>): string {
  const next = ownPath(query.next ?? "/") ?? "/";
  return next.startsWith("/sign-in") ? "/" : next;
}

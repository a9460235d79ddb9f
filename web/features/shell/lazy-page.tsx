import type { FunctionComponent, JSX } from "preact";
import { lazy } from "preact-iso";
import { t } from "../../lib/i18n.ts";
import { ErrorState } from "../../ui/states.tsx";

const RELOADED = "atelier.reloaded-at";

/**
 * A page whose code is loaded when it is first shown. After a rollout a chunk may be gone from the server; then
 * the page reloads once, for the new version. If that did not help, it shows an error instead of reloading
 * forever.
 */
export function lazyPage(load: () => Promise<{ default: FunctionComponent }>): FunctionComponent {
  return lazy(async () => {
    try {
      return await load();
    } catch {
      const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
      if (Date.now() - last < 60_000) return { default: StalePage };
      sessionStorage.setItem(RELOADED, String(Date.now()));
      location.reload();
      return await new Promise<never>(() => undefined);
    }
  });
}

function StalePage(): JSX.Element {
  return (
    <main id="main" class="page">
      <ErrorState
        title={t("crash.stale")}
        detail={t("crash.stale.detail")}
        onRetry={() => location.reload()}
      />
    </main>
  );
}

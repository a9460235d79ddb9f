import type { FunctionComponent } from "preact";
import { lazy } from "preact-iso";

const RELOADED = "atelier.reloaded-at";

/**
 * A page whose code comes when it is first shown. After a rollout a chunk may be gone from the
 * server; then the page reloads once, which brings the new version. A second failure within a
 * minute is shown instead.
 */
export function lazyPage(load: () => Promise<{ default: FunctionComponent }>): FunctionComponent {
  return lazy(async () => {
    try {
      return await load();
    } catch (error) {
      const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
      if (Date.now() - last > 60_000) {
        sessionStorage.setItem(RELOADED, String(Date.now()));
        location.reload();
        return await new Promise<never>(() => undefined);
      }
      throw error;
    }
  });
}

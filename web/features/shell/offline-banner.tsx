import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { t } from "../../lib/i18n.ts";
import { Icon } from "../../ui/icon.tsx";

const offline = signal(typeof navigator !== "undefined" && navigator.onLine === false);

/** Says that the network is down, and that nothing is lost. */
export function OfflineBanner(): JSX.Element | null {
  useEffect(() => {
    const update = () => {
      offline.value = !navigator.onLine;
    };
    addEventListener("online", update);
    addEventListener("offline", update);
    return () => {
      removeEventListener("online", update);
      removeEventListener("offline", update);
    };
  }, []);
  if (!offline.value) return null;
  return (
    <div class="banner warn" role="status">
      <Icon name="warning" size={18} />
      {t("shell.offline")}
    </div>
  );
}

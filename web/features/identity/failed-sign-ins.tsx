import type { JSX } from "preact";
import { t } from "../../lib/i18n.ts";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { failedBefore } from "./session.ts";

/** Shows after sign-in how many attempts had failed, until dismissed. */
export function FailedSignIns(): JSX.Element | null {
  const count = failedBefore.value;
  const dismiss = () => {
    failedBefore.value = 0;
  };
  if (count === 0) return null;
  return (
    <div class="banner warn" role="status">
      <Icon name="warning" size={18} />
      <span>
        {t("signIn.failedBefore", { count })}{" "}
        <a href="/settings/security">{t("signIn.failedBefore.action")}</a>
      </span>
      <IconButton icon="close" size="sm" label={t("common.dismiss")} tip="none" onClick={dismiss} />
    </div>
  );
}

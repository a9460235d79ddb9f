import type { JSX } from "preact";
import { t } from "../../lib/i18n.ts";
import { useTitle } from "../../lib/page-title.ts";
import { LinkButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/states.tsx";

export function NotFoundPage(): JSX.Element {
  useTitle(t("notFound.title"));
  return (
    <main id="main" class="page">
      <h1 class="visually-hidden">{t("notFound.title")}</h1>
      <EmptyState
        icon="search"
        title={t("notFound.title")}
        action={<LinkButton href="/">{t("notFound.action")}</LinkButton>}
      >
        {t("notFound.detail")}
      </EmptyState>
    </main>
  );
}

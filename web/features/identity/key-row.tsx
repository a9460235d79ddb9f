import type { JSX } from "preact";
import type { ApiKey } from "../../lib/api-types.ts";
import { formatDate, t } from "../../lib/i18n.ts";
import { Badge } from "../../ui/badge.tsx";

/** What a key may do, and whether it has ended. */
export function KeyBadges(props: { apiKey: ApiKey }): JSX.Element {
  const { scopes } = props.apiKey;
  return (
    <>
      {hasEnded(props.apiKey) && <Badge tone="danger">{t("keys.expired")}</Badge>}
      {scopes.includes("admin") && <Badge tone="warn">{t("keys.scope.adminBadge")}</Badge>}
      <Badge>{t(scopes.includes("write") ? "keys.scope.write" : "keys.scope.read")}</Badge>
    </>
  );
}

/** When a key ends or ended, in words. */
export function describeEnd(key: ApiKey): string {
  if (key.expiresAt === null) return t("keys.noExpiry");
  const date = formatDate(key.expiresAt);
  return t(hasEnded(key) ? "keys.ended" : "keys.expires", { date });
}

function hasEnded({ expiresAt }: ApiKey): boolean {
  return expiresAt !== null && new Date(expiresAt) <= new Date();
}

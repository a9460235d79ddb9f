import type { ComponentChildren, JSX } from "preact";
import type { ApiKey } from "../../lib/api-types.ts";
import { formatAgo, formatDate, t } from "../../lib/i18n.ts";
import { Badge } from "../../ui/badge.tsx";
import { Icon } from "../../ui/icon.tsx";

/** An API key in a list: its use, expiry, scopes and actions. */
export function KeyRow(props: { apiKey: ApiKey; children: ComponentChildren }): JSX.Element {
  const { name, prefix, lastUsedAt, expiresAt, scopes } = props.apiKey;
  const ended = expiresAt !== null && new Date(expiresAt) <= new Date();
  return (
    <li class="row-item">
      <span class="row-icon">
        <Icon name="key" size={18} />
      </span>
      <div class="grow">
        <p class="row-title truncate">
          {name} <code class="faint">{prefix}…</code>
        </p>
        <p class="muted small">
          {lastUsedAt ? t("keys.used", { when: formatAgo(lastUsedAt) }) : t("keys.neverUsed")}
          {" · "}
          {expiresAt === null
            ? t("keys.noExpiry")
            : t(ended ? "keys.ended" : "keys.expires", { date: formatDate(expiresAt) })}
        </p>
        <p class="row-badges">
          <Badge>{t(scopes.includes("write") ? "keys.scope.write" : "keys.scope.read")}</Badge>
          {scopes.includes("admin") && <Badge tone="warn">{t("keys.scope.adminBadge")}</Badge>}
          {ended && <Badge tone="danger">{t("keys.expired")}</Badge>}
        </p>
      </div>
      {props.children}
    </li>
  );
}

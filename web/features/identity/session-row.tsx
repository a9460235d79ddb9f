import type { ComponentChildren, JSX } from "preact";
import type { Session } from "../../lib/api-types.ts";
import { formatAgo, t } from "../../lib/i18n.ts";
import { Badge } from "../../ui/badge.tsx";
import { Icon } from "../../ui/icon.tsx";
import { describeAgent } from "./describe-agent.ts";

/** A session in a list, with its actions unless it is the current one. */
export function SessionRow(props: { session: Session; children: ComponentChildren }): JSX.Element {
  const { session } = props;
  return (
    <li class="row-item">
      <span class="row-icon">
        <Icon name="globe" size={18} />
      </span>
      <div class="grow">
        <p class="row-title truncate">{describeAgent(session.userAgent)}</p>
        <p class="muted small">
          {session.ipAddress && `${session.ipAddress} · `}
          {t("sessions.since", { when: formatAgo(session.createdAt) })}
          {" · "}
          {t("sessions.seen", { when: formatAgo(session.lastSeenAt) })}
        </p>
        {session.failedBefore > 0 && (
          <p class="row-badges">
            <Badge tone="warn">{t("sessions.failedBefore", { count: session.failedBefore })}</Badge>
          </p>
        )}
      </div>
      {session.current ? <Badge tone="ok">{t("sessions.current")}</Badge> : props.children}
    </li>
  );
}

import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, at, read } from "../../lib/api.ts";
import type { Session } from "../../lib/api-types.ts";
import { formatAgo, t } from "../../lib/i18n.ts";
import { useList } from "../../lib/resource.ts";
import { toast } from "../../lib/toast.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ErrorState, SkeletonRows } from "../../ui/states.tsx";
import { Section } from "../../ui/tabs.tsx";
import { describeAgent } from "./describe-agent.ts";

export function Sessions(): JSX.Element {
  const list = useList<Session>((_, signal) => read(api.GET("/me/sessions", { signal })), []);
  const end = useAction(
    async (session: Session) => {
      await api.DELETE("/me/sessions/{sessionId}", at({ sessionId: session.id }));
      toast(t("sessions.ended"));
      await list.load();
    },
    { toast: true },
  );
  const items = list.items.value;
  return (
    <Section title={t("sessions.title")} detail={t("sessions.detail")}>
      {list.error.value && !items ? (
        <ErrorState
          title={t("sessions.failed")}
          detail={list.error.value.detail}
          onRetry={() => void list.load()}
        />
      ) : !items ? (
        <SkeletonRows rows={2} />
      ) : (
        <ul class="rows">
          {items.map((session) => (
            <li key={session.id} class="row-item">
              <span class="row-icon">
                <Icon name="globe" size={18} />
              </span>
              <div class="grow">
                <p class="row-title truncate">{describeAgent(session.userAgent)}</p>
                <p class="muted small truncate">
                  {session.ipAddress && `${session.ipAddress} · `}
                  {t("sessions.since", { when: formatAgo(session.createdAt) })}
                </p>
              </div>
              {session.current ? (
                <Badge tone="ok">{t("sessions.current")}</Badge>
              ) : (
                <Button size="sm" onClick={() => void end.run(session)}>
                  {t("sessions.end")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

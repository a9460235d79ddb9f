import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, at, read } from "../../lib/api.ts";
import type { Session } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { useList } from "../../lib/resource.ts";
import { toast } from "../../lib/toast.ts";
import { Button } from "../../ui/button.tsx";
import { ErrorState, SkeletonRows } from "../../ui/states.tsx";
import { Section } from "../../ui/tabs.tsx";
import { SessionRow } from "./session-row.tsx";

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
            <SessionRow key={session.id} session={session}>
              <Button size="sm" onClick={() => void end.run(session)}>
                {t("sessions.end")}
              </Button>
            </SessionRow>
          ))}
        </ul>
      )}
    </Section>
  );
}

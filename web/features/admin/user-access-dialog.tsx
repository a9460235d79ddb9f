import { useSignal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useRef } from "preact/hooks";
import { useAction } from "../../lib/action.ts";
import { api, at, read } from "../../lib/api.ts";
import type { ApiKey, Session } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { useResource } from "../../lib/resource.ts";
import { toast } from "../../lib/toast.ts";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog, Dialog } from "../../ui/dialog.tsx";
import { ErrorState, LoadMore, SkeletonRows } from "../../ui/states.tsx";
import { KeyRow, me, SessionRow } from "../identity/index.ts";

/** What to end once confirmed. */
type Ending = { session: Session } | { apiKey: ApiKey } | "all";

/** A user's sessions and API keys; an admin ends one of them, or all. */
export function UserAccessDialog(props: { userId: string; onClose: () => void }): JSX.Element {
  const { userId } = props;
  const content = useRef<HTMLDivElement>(null);
  const ending = useSignal<Ending | undefined>(undefined);
  const user = useResource(
    (signal) => read(api.GET("/admin/users/{userId}", { ...at({ userId }), signal })),
    [userId],
  );
  const access = useResource(
    (signal) => read(api.GET("/admin/users/{userId}/access", { ...at({ userId }), signal })),
    [userId],
  );
  const name = user.data.value?.name;
  const end = useAction(
    async (what: Ending) => {
      if (what === "all") {
        await api.DELETE("/admin/users/{userId}/access", at({ userId }));
        toast(t("admin.access.all.ended", { name: name ?? "" }));
      } else if ("session" in what) {
        const sessionId = what.session.id;
        await api.DELETE("/admin/users/{userId}/sessions/{sessionId}", at({ userId, sessionId }));
        toast(t("sessions.ended"));
      } else {
        const { id: keyId, name: keyName } = what.apiKey;
        await api.DELETE("/admin/users/{userId}/api-keys/{keyId}", at({ userId, keyId }));
        toast(t("keys.revoked", { name: keyName }));
      }
    },
    { toast: true },
  );
  const confirm = async (what: Ending) => {
    await end.run(what);
    ending.value = undefined;
    await access.load();
    // The focused button is gone with its row.
    content.current?.focus();
  };
  const error = user.error.value ?? access.error.value;
  const found = access.data.value;
  return (
    <>
      <Dialog
        title={name === undefined ? t("admin.access") : t("admin.access.title", { name })}
        wide
        onClose={props.onClose}
        footer={
          <>
            <Button
              look="danger"
              disabled={!found || found.sessions.length + found.apiKeys.length === 0}
              onClick={() => {
                ending.value = "all";
              }}
            >
              {t("admin.access.all")}
            </Button>
            <Button onClick={props.onClose}>{t("common.close")}</Button>
          </>
        }
      >
        <div ref={content} class="stack" tabIndex={-1}>
          {error && !(found && name !== undefined) ? (
            <ErrorState
              title={t("admin.access.failed")}
              detail={error.detail}
              requestId={error.requestId}
              onRetry={() => {
                void user.load();
                void access.load();
              }}
            />
          ) : !found ? (
            <SkeletonRows rows={3} />
          ) : (
            <>
              <PagedRows
                title={t("sessions.title")}
                none={t("admin.access.noSessions")}
                items={found.sessions}
                row={(session) => (
                  <SessionRow key={session.id} session={session}>
                    <Button
                      size="sm"
                      onClick={() => {
                        ending.value = { session };
                      }}
                    >
                      {t("sessions.end")}
                    </Button>
                  </SessionRow>
                )}
              />
              <PagedRows
                title={t("settings.keys")}
                none={t("admin.access.noKeys")}
                items={found.apiKeys}
                row={(apiKey) => (
                  <KeyRow key={apiKey.id} apiKey={apiKey}>
                    <Button
                      size="sm"
                      onClick={() => {
                        ending.value = { apiKey };
                      }}
                    >
                      {t("keys.revoke")}
                    </Button>
                  </KeyRow>
                )}
              />
            </>
          )}
        </div>
      </Dialog>
      {ending.value && (
        <ConfirmEnd
          what={ending.value}
          name={name ?? ""}
          own={userId === me.value?.id}
          busy={end.busy.value}
          onConfirm={(what) => void confirm(what)}
          onClose={() => {
            ending.value = undefined;
          }}
        />
      )}
    </>
  );
}

/** Rows of a list shown at first, and added each time: a user may have hundreds of keys. */
const SHOWN = 10;

function PagedRows<Item>(props: {
  title: string;
  none: string;
  items: readonly Item[];
  row: (item: Item) => ComponentChildren;
}): JSX.Element {
  const { title, items } = props;
  const shown = useSignal(SHOWN);
  return (
    <section class="stack" aria-label={title}>
      <h3>
        {title} <span class="faint">{items.length}</span>
      </h3>
      {items.length === 0 ? (
        <p class="muted">{props.none}</p>
      ) : (
        <ul class="rows">{items.slice(0, shown.value).map(props.row)}</ul>
      )}
      <LoadMore
        more={items.length > shown.value}
        busy={false}
        onLoad={() => {
          shown.value += SHOWN;
        }}
      />
    </section>
  );
}

function ConfirmEnd(props: {
  what: Ending;
  name: string;
  own: boolean;
  busy: boolean;
  onConfirm: (what: Ending) => void;
  onClose: () => void;
}): JSX.Element {
  const { what, name } = props;
  const words =
    what === "all"
      ? {
          title: t("admin.access.all.title", { name }),
          text: t("admin.access.all.text"),
          action: t("admin.access.all"),
        }
      : "session" in what
        ? {
            title: t("admin.access.session.title", { name }),
            text: t("admin.access.session.text"),
            action: t("sessions.end"),
          }
        : {
            title: t("keys.revoke.title", { name: what.apiKey.name }),
            text: t("keys.revoke.text"),
            action: t("keys.revoke"),
          };
  return (
    <ConfirmDialog
      title={words.title}
      action={words.action}
      busy={props.busy}
      onConfirm={() => props.onConfirm(what)}
      onClose={props.onClose}
    >
      <p>{words.text}</p>
      {what === "all" && props.own && <p>{t("admin.access.all.own")}</p>}
    </ConfirmDialog>
  );
}

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, at, read } from "../../lib/api.ts";
import type { ApiKey, CreatedApiKey } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { useResource } from "../../lib/resource.ts";
import { toast } from "../../lib/toast.ts";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Menu } from "../../ui/menu.tsx";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/states.tsx";
import { Section } from "../../ui/tabs.tsx";
import { KeyRow } from "./key-row.tsx";
import { NewKeyDialog, ShowKeyDialog } from "./new-key-dialog.tsx";

/** API keys, with which scripts act as the user. A key is shown once, when it is created. */
export function ApiKeys(): JSX.Element {
  const list = useResource((signal) => read(api.GET("/me/api-keys", { signal })), []);
  const creating = useSignal(false);
  const made = useSignal<CreatedApiKey | undefined>(undefined);
  const revoking = useSignal<ApiKey | undefined>(undefined);
  const revoke = useAction(
    async (key: ApiKey) => {
      await api.DELETE("/me/api-keys/{keyId}", at({ keyId: key.id }));
      revoking.value = undefined;
      toast(t("keys.revoked", { name: key.name }));
      await list.load();
    },
    { toast: true },
  );
  const rotate = useAction(
    async (key: ApiKey) => {
      made.value = await read(
        api.POST("/me/api-keys/{keyId}/rotate", { ...at({ keyId: key.id }), body: {} }),
      );
      await list.load();
    },
    { toast: true },
  );
  const keys = list.data.value;
  const items = keys?.items;
  return (
    <Section
      title={t("settings.keys")}
      detail={t("keys.detail")}
      actions={
        <Button
          icon="plus"
          disabled={!keys}
          onClick={() => {
            creating.value = true;
          }}
        >
          {t("keys.new")}
        </Button>
      }
    >
      {list.error.value && !items ? (
        <ErrorState
          title={t("keys.failed")}
          detail={list.error.value.detail}
          onRetry={() => void list.load()}
        />
      ) : !items ? (
        <SkeletonRows rows={2} />
      ) : items.length === 0 ? (
        <EmptyState icon="key" title={t("keys.empty")}>
          {t("keys.empty.detail")}
        </EmptyState>
      ) : (
        <ul class="rows">
          {items.map((key) => (
            <KeyRow key={key.id} apiKey={key}>
              <Menu
                label={t("keys.menu", { name: key.name })}
                items={[
                  {
                    label: t("keys.rotate"),
                    icon: "retry",
                    hint: t("keys.rotate.hint"),
                    onSelect: () => void rotate.run(key),
                  },
                  {
                    label: t("keys.revoke"),
                    icon: "trash",
                    danger: true,
                    onSelect: () => {
                      revoking.value = key;
                    },
                  },
                ]}
              />
            </KeyRow>
          ))}
        </ul>
      )}
      {creating.value && keys && (
        <NewKeyDialog
          maxDays={keys.maxDays}
          onClose={() => {
            creating.value = false;
          }}
          onCreated={(key) => {
            creating.value = false;
            made.value = key;
            void list.load();
          }}
        />
      )}
      {made.value && (
        <ShowKeyDialog
          made={made.value}
          onClose={() => {
            made.value = undefined;
          }}
        />
      )}
      {revoking.value && (
        <ConfirmDialog
          title={t("keys.revoke.title", { name: revoking.value.name })}
          action={t("keys.revoke")}
          busy={revoke.busy.value}
          onConfirm={() => revoking.value && void revoke.run(revoking.value)}
          onClose={() => {
            revoking.value = undefined;
          }}
        >
          <p>{t("keys.revoke.text")}</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}

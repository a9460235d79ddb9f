import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, at, ifMatch, read, within } from "../../lib/api.ts";
import type { AdminProvider } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { useList } from "../../lib/resource.ts";
import { toast } from "../../lib/toast.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button, LinkButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { ErrorState, SkeletonRows } from "../../ui/states.tsx";
import { Section } from "../../ui/tabs.tsx";
import { ProviderDialog } from "./provider-dialog.tsx";
import { useRowActions } from "./use-row-actions.tsx";

const origins = {
  builtin: "provider.origin.builtin",
  environment: "provider.origin.environment",
  admin: "provider.origin.admin",
} as const;

/** The providers. A key is never shown again. */
export function ProvidersTab(): JSX.Element {
  const list = useList<AdminProvider>(
    (_, signal) => read(api.GET("/admin/providers", { signal })),
    [],
  );
  const actions = useRowActions<AdminProvider>({
    switchTo: ({ id, version }, enabled) =>
      api.PATCH("/admin/providers/{providerId}", {
        ...at({ providerId: id }),
        body: { enabled },
        headers: ifMatch(version),
      }),
    drop: ({ id }) => api.DELETE("/admin/providers/{providerId}", at({ providerId: id })),
    nameOf: (provider) => provider.name,
    words: {
      remove: "provider.remove",
      title: "provider.remove.title",
      text: "provider.remove.text",
      removed: "provider.removed",
    },
    reload: () => list.load(),
  });
  const { editing } = actions;
  /** An address found by a test, until the dialog that offers it is closed. */
  const suggested = useSignal<string | undefined>(undefined);
  const close = (saved?: "saved") => {
    suggested.value = undefined;
    actions.close(saved);
  };
  const testing = useSignal<string | undefined>(undefined);
  const test = useAction(
    async (provider: AdminProvider) => {
      testing.value = provider.id;
      const result = await read(
        api.POST("/admin/providers/{providerId}/test", {
          ...at({ providerId: provider.id }),
          body: {},
          // As long as an answer would wait for the provider.
          fetch: within(60_000),
        }),
      );
      if (result.ok) {
        toast(t("provider.test.ok", { model: result.model, duration: result.durationMs }));
      } else {
        const { detail, vendorSentence } = result.error ?? {};
        const told = [detail ?? t("error.unexpected"), vendorSentence && `“${vendorSentence}”`];
        const address = result.suggestedBaseUrl;
        toast(told.filter(Boolean).join(" "), {
          tone: "danger",
          ...(address !== null && {
            action: {
              label: t("provider.test.use", { address }),
              run: () => {
                suggested.value = address;
                editing.value = provider;
              },
            },
          }),
        });
      }
    },
    { toast: true },
  );
  const items = list.items.value;
  return (
    <Section
      title={t("admin.providers")}
      detail={t("admin.providers.detail")}
      actions={
        <Button
          icon="plus"
          onClick={() => {
            editing.value = "new";
          }}
        >
          {t("provider.new")}
        </Button>
      }
    >
      {list.error.value && !items ? (
        <ErrorState
          title={t("admin.providers.failed")}
          detail={list.error.value.detail}
          requestId={list.error.value.requestId}
          onRetry={() => void list.load()}
        />
      ) : !items ? (
        <SkeletonRows rows={3} height="4rem" />
      ) : (
        <ul class="rows">
          {items.map((provider) => (
            <li key={provider.id} class="row-item">
              <span class="row-icon">
                <Icon name="spark" size={20} />
              </span>
              <div class="grow">
                <p class="row-title truncate">{provider.name}</p>
                <p class="muted small truncate">
                  {provider.baseUrl ?? t(origins[provider.origin])}
                  {provider.kind !== "excerpts" && " · "}
                  {provider.kind !== "excerpts" &&
                    (provider.hasKey
                      ? t("provider.hasKey", { hint: provider.keyHint ?? "" })
                      : t("provider.noKey"))}
                </p>
              </div>
              {!provider.enabled && <Badge tone="warn">{t("admin.off")}</Badge>}
              {test.busy.value && testing.value === provider.id && (
                <Badge>{t("provider.testing")}</Badge>
              )}
              <Menu
                label={t("provider.menu", { name: provider.name })}
                items={[
                  {
                    label: t("provider.test"),
                    icon: "check",
                    hint: t("provider.test.hint"),
                    onSelect: () => void test.run(provider),
                  },
                  provider.origin === "admin" && actions.edit(provider),
                  actions.onOff(provider),
                  provider.origin === "admin" && actions.remove(provider),
                ]}
              />
            </li>
          ))}
        </ul>
      )}
      <p class="muted small">
        {t("admin.providers.next")}{" "}
        <LinkButton href="/admin/models" size="sm" look="quiet">
          {t("admin.models")}
        </LinkButton>
      </p>
      {editing.value && (
        <ProviderDialog
          provider={editing.value === "new" ? undefined : editing.value}
          suggested={suggested.value}
          onClose={() => close()}
          onSaved={() => close("saved")}
          onConflict={() => void list.load()}
        />
      )}
      {actions.question}
    </Section>
  );
}

import type { JSX } from "preact";
import { api, at, ifMatch, read } from "../../lib/api.ts";
import type { AdminModel, AdminProvider } from "../../lib/api-types.ts";
import { formatCompact, formatMoney, t } from "../../lib/i18n.ts";
import { useResource } from "../../lib/resource.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Menu } from "../../ui/menu.tsx";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { Section } from "../../ui/tabs.tsx";
import { ModelDialog } from "./model-dialog.tsx";
import { useRowActions } from "./use-row-actions.tsx";

type Both = { models: AdminModel[]; providers: AdminProvider[] };

/** The models that users can choose, with their prices. */
export function ModelsTab(): JSX.Element {
  const resource = useResource<Both>(async (signal) => {
    const [models, providers] = await Promise.all([
      read(api.GET("/admin/models", { signal })),
      read(api.GET("/admin/providers", { signal })),
    ]);
    return { models: models.items, providers: providers.items };
  }, []);
  const actions = useRowActions<AdminModel>({
    switchTo: ({ id, version }, enabled) =>
      api.PATCH("/admin/models/{modelId}", {
        ...at({ modelId: id }),
        body: { enabled },
        headers: ifMatch(version),
      }),
    drop: ({ id }) => api.DELETE("/admin/models/{modelId}", at({ modelId: id })),
    nameOf: (model) => model.displayName,
    words: {
      remove: "model.remove",
      title: "model.remove.title",
      text: "model.remove.text",
      removed: "model.removed",
    },
    reload: () => resource.load(),
  });
  const { editing } = actions;
  const data = resource.data.value;
  const error = resource.error.value;
  const providerName = (id: string) =>
    data?.providers.find((provider) => provider.id === id)?.name ?? "";
  const addable = data?.providers.filter((provider) => provider.kind !== "excerpts") ?? [];
  return (
    <Section
      title={t("admin.models")}
      detail={t("admin.models.detail")}
      actions={
        <Button
          icon="plus"
          disabled={addable.length === 0}
          onClick={() => {
            editing.value = "new";
          }}
        >
          {t("model.new")}
        </Button>
      }
    >
      {error && !data ? (
        <ErrorState
          title={t("admin.models.failed")}
          detail={error.detail}
          requestId={error.requestId}
          onRetry={() => void resource.load()}
        />
      ) : !data ? (
        <SkeletonRows rows={4} />
      ) : data.models.length === 0 ? (
        <EmptyState icon="spark" title={t("admin.models.none")}>
          {t("admin.models.none.detail")}
        </EmptyState>
      ) : (
        <Table
          label={t("admin.models")}
          rows={data.models}
          rowKey={(model) => model.id}
          columns={[
            {
              id: "name",
              head: t("usage.model"),
              cell: (model) => (
                <div>
                  <p class="row">
                    <span class="row-title">{model.displayName}</span>
                    {!model.enabled && <Badge tone="warn">{t("admin.off")}</Badge>}
                  </p>
                  <p class="muted small">
                    {providerName(model.providerId)} · {model.name}
                  </p>
                </div>
              ),
            },
            {
              id: "context",
              head: t("model.context"),
              numeric: true,
              cell: (model) => formatCompact(model.contextWindow),
            },
            {
              id: "input",
              head: t("model.priceIn"),
              numeric: true,
              cell: (model) => formatMoney(model.prices.input),
            },
            {
              id: "output",
              head: t("model.priceOut"),
              numeric: true,
              cell: (model) => formatMoney(model.prices.output),
            },
            {
              id: "menu",
              head: t("common.actions"),
              quiet: true,
              numeric: true,
              cell: (model) => (
                <Menu
                  label={t("model.menu", { name: model.displayName })}
                  items={[actions.edit(model), actions.onOff(model), actions.remove(model)]}
                />
              ),
            },
          ]}
        />
      )}
      <p class="faint small">{t("model.priceNote")}</p>
      {editing.value && data && (
        <ModelDialog
          model={editing.value === "new" ? undefined : editing.value}
          providers={addable}
          onClose={() => actions.close()}
          onSaved={() => actions.close("saved")}
          onConflict={() => void resource.load()}
        />
      )}
      {actions.question}
    </Section>
  );
}

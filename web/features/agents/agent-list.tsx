import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { attempt, useAction } from "../../lib/action.ts";
import { api, at } from "../../lib/api.ts";
import type { Agent, NewAgent } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { type Page, useList } from "../../lib/resource.ts";
import { toast } from "../../lib/toast.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/states.tsx";
import { Section } from "../../ui/tabs.tsx";
import { modelChoices } from "../models/index.ts";
import { AgentDialog } from "./agent-dialog.tsx";

/** Agents of a project or of the workspace, with their actions. */
export function AgentList(props: {
  title: string;
  detail: string;
  mayEdit: boolean;
  inputs: readonly unknown[];
  read: (signal: AbortSignal) => Promise<Page<Agent>>;
  create: (agent: NewAgent) => Promise<Agent>;
  /** Whether agents of the workspace may be changed here. */
  workspace?: boolean | undefined;
}): JSX.Element {
  const list = useList<Agent>((_, signal) => props.read(signal), props.inputs);
  const editing = useSignal<Agent | "new" | undefined>(undefined);
  const deleting = useSignal<Agent | undefined>(undefined);
  useEffect(() => {
    if (!modelChoices.data.peek()) void modelChoices.load();
  }, []);
  const restore = async (agent: Agent) => {
    await api.POST("/agents/{agentId}/restore", at({ agentId: agent.id }));
    await list.load();
  };
  const remove = useAction(
    async (agent: Agent) => {
      await api.DELETE("/agents/{agentId}", at({ agentId: agent.id }));
      deleting.value = undefined;
      await list.load();
      toast(t("agents.deletedToast", { name: agent.name }), {
        undoes: agent.id,
        action: {
          label: t("common.undo"),
          run: () => attempt(restore(agent)),
        },
      });
    },
    { toast: true },
  );
  const items = list.items.value;
  const modelName = (id: string | null) =>
    modelChoices.data.value?.find((model) => model.id === id)?.displayName ??
    t("agents.defaultModel");
  return (
    <Section
      title={props.title}
      detail={props.detail}
      actions={
        props.mayEdit && (
          <Button
            icon="plus"
            onClick={() => {
              editing.value = "new";
            }}
          >
            {t("agents.new")}
          </Button>
        )
      }
    >
      {list.error.value && !items ? (
        <ErrorState
          title={t("agents.failed")}
          detail={list.error.value.detail}
          onRetry={() => void list.load()}
        />
      ) : !items ? (
        <SkeletonRows rows={3} height="4rem" />
      ) : items.length === 0 ? (
        <EmptyState icon="agent" title={t("agents.empty")}>
          {t("agents.empty.detail")}
        </EmptyState>
      ) : (
        <ul class="rows">
          {items.map((agent) => {
            const mine = props.mayEdit && (props.workspace || agent.projectId !== null);
            return (
              <li key={agent.id} class="row-item">
                <span class="row-icon">
                  <Icon name="agent" size={20} />
                </span>
                <div class="grow">
                  <p class="row-title truncate">{agent.name}</p>
                  <p class="muted small truncate">
                    {agent.description || modelName(agent.modelId)}
                  </p>
                </div>
                {agent.isDefault && <Badge tone="accent">{t("agents.default")}</Badge>}
                {agent.projectId === null && !props.workspace && (
                  <Badge>{t("agents.workspace")}</Badge>
                )}
                {mine && (
                  <Menu
                    label={t("agents.menu", { name: agent.name })}
                    items={[
                      {
                        label: t("common.edit"),
                        icon: "edit",
                        onSelect: () => {
                          editing.value = agent;
                        },
                      },
                      !agent.isDefault && {
                        label: t("common.delete"),
                        icon: "trash",
                        danger: true,
                        onSelect: () => {
                          deleting.value = agent;
                        },
                      },
                    ]}
                  />
                )}
              </li>
            );
          })}
        </ul>
      )}
      {editing.value && (
        <AgentDialog
          agent={editing.value === "new" ? undefined : editing.value}
          create={props.create}
          onClose={() => {
            editing.value = undefined;
          }}
          onSaved={() => {
            editing.value = undefined;
            void list.load();
          }}
          onConflict={() => void list.load()}
        />
      )}
      {deleting.value && (
        <ConfirmDialog
          title={t("agents.delete.title", { name: deleting.value.name })}
          action={t("common.delete")}
          busy={remove.busy.value}
          onConfirm={() => deleting.value && void remove.run(deleting.value)}
          onClose={() => {
            deleting.value = undefined;
          }}
        >
          <p>{t("agents.delete.text")}</p>
        </ConfirmDialog>
      )}
    </Section>
  );
}

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { formatCompact, formatMoney, t } from "../../lib/i18n.ts";
import { toast } from "../../lib/toast.ts";
import { IconButton } from "../../ui/button.tsx";
import { Menu } from "../../ui/menu.tsx";
import { ManifestDialog } from "../generation/index.ts";
import { modelChoices } from "../models/index.ts";
import type { MessageProps } from "./message-props.ts";

/** Actions on a message, the version switch, and its cost. */
export function MessageActions(
  props: MessageProps & { text: string; onStartEdit?: (() => void) | undefined },
): JSX.Element {
  const { message, thread } = props;
  const details = useSignal(false);
  const all = message.versionIds;
  const index = all.indexOf(message.id);
  const others = modelChoices.data.value ?? [];
  const go = (step: number) => {
    const target = all[index + step];
    if (target !== undefined) props.onChoose(target);
  };
  const copy = () => {
    navigator.clipboard.writeText(props.text).then(
      () => toast(t("common.copied")),
      () => toast(t("common.copyFailed"), { tone: "danger" }),
    );
  };
  const tokens = message.usage
    ? message.usage.inputTokens +
      message.usage.cacheReadTokens +
      message.usage.cacheWriteTokens +
      message.usage.outputTokens
    : undefined;
  return (
    <footer class="message-foot">
      <div class="message-actions">
        {all.length > 1 && (
          <span class="branches">
            <IconButton
              icon="chevronLeft"
              size="sm"
              tip="none"
              label={t("branch.previous")}
              disabled={index === 0}
              onClick={() => go(-1)}
            />
            <span class="numeric">
              {t("branch.position", { index: index + 1, total: all.length })}
            </span>
            <IconButton
              icon="chevronRight"
              size="sm"
              tip="none"
              label={t("branch.next")}
              disabled={index === all.length - 1}
              onClick={() => go(1)}
            />
          </span>
        )}
        {props.text !== "" && (
          <IconButton icon="copy" size="sm" label={t("common.copy")} onClick={copy} />
        )}
        {message.role === "user" && thread.mayWrite && !props.busy && (
          <IconButton
            icon="edit"
            size="sm"
            label={t("message.edit")}
            onClick={() => props.onStartEdit?.()}
          />
        )}
        {message.role === "assistant" && thread.mayWrite && !props.busy && (
          <IconButton
            icon="retry"
            size="sm"
            label={t("message.regenerate")}
            onClick={() => props.onRegenerate(message, null)}
          />
        )}
        {message.role === "assistant" && thread.mayWrite && !props.busy && others.length > 1 && (
          <Menu
            icon="chevronDown"
            size="sm"
            label={t("message.regenerateWith")}
            items={others.map((model) => ({
              label: model.displayName,
              hint: model.providerName,
              checked: model.id === message.modelId,
              onSelect: () => props.onRegenerate(message, model.id),
            }))}
          />
        )}
        {message.role === "assistant" && message.generationId && (
          <IconButton
            icon="list"
            size="sm"
            label={t("manifest.open")}
            onClick={() => {
              details.value = true;
            }}
          />
        )}
      </div>
      {message.role === "assistant" && (
        <p class="message-meta numeric">
          {message.modelName && <span>{message.modelName}</span>}
          {tokens !== undefined && (
            <span>{t("message.tokens", { tokens: formatCompact(tokens) })}</span>
          )}
          {message.costMicroUsd !== null && <span>{formatMoney(message.costMicroUsd)}</span>}
        </p>
      )}
      {details.value && message.generationId && (
        <ManifestDialog
          generationId={message.generationId}
          onClose={() => {
            details.value = false;
          }}
        />
      )}
    </footer>
  );
}

import type { JSX } from "preact";
import { api, at, read } from "../../lib/api.ts";
import type { ContextManifest, Generation } from "../../lib/api-types.ts";
import { formatMoney, formatNumber, t } from "../../lib/i18n.ts";
import { useResource } from "../../lib/resource.ts";
import { Badge } from "../../ui/badge.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ErrorState, Skeleton } from "../../ui/states.tsx";

type Item = ContextManifest["items"][number];

const kinds = {
  instructions: "manifest.instructions",
  agent: "manifest.agent",
  file: "manifest.file",
  passage: "manifest.passage",
  message: "manifest.message",
} as const;

/** Lines that stand for several items. */
const rests = {
  instructions: "manifest.moreItems",
  agent: "manifest.moreItems",
  file: "manifest.moreFiles",
  passage: "manifest.morePassages",
  message: "manifest.moreMessages",
} as const;

function ItemRow({ item }: { item: Item }): JSX.Element {
  return (
    <li class={item.included ? "manifest-item" : "manifest-item left-out"}>
      <span class="manifest-kind">{t(kinds[item.kind])}</span>
      <span class="grow">
        <span class="manifest-title">
          {item.count === undefined ? item.title : t(rests[item.kind], { count: item.count })}
        </span>
        {item.reason && <span class="muted small">{item.reason}</span>}
      </span>
      {item.label && <Badge tone="accent">{item.label}</Badge>}
      {item.tokens !== undefined && <span class="numeric small">{formatNumber(item.tokens)}</span>}
    </li>
  );
}

/** What was sent to the model for one answer, what was left out and why, and what it cost. */
export function ManifestDialog(props: { generationId: string; onClose: () => void }): JSX.Element {
  const resource = useResource(
    (signal) =>
      read(
        api.GET("/generations/{generationId}", {
          ...at({ generationId: props.generationId }),
          signal,
        }),
      ),
    [props.generationId],
  );
  const generation = resource.data.value;
  const error = resource.error.value;
  return (
    <Dialog title={t("manifest.title")} wide onClose={props.onClose}>
      {error ? (
        <ErrorState
          title={t("manifest.failed")}
          detail={error.detail}
          onRetry={() => void resource.load()}
        />
      ) : !generation ? (
        <Skeleton lines={6} />
      ) : (
        <ManifestBody generation={generation} />
      )}
    </Dialog>
  );
}

function ManifestBody({ generation }: { generation: Generation }): JSX.Element {
  const { manifest, usage } = generation;
  const sent = manifest.items.filter((item) => item.included);
  const left = manifest.items.filter((item) => !item.included);
  const total = sent.reduce((sum, item) => sum + (item.tokens ?? 0), 0);
  return (
    <>
      <dl class="facts">
        <div>
          <dt>{t("manifest.model")}</dt>
          <dd>{manifest.model}</dd>
        </div>
        <div>
          <dt>{t("manifest.window")}</dt>
          <dd>{t("manifest.windowUse", { used: total, window: manifest.contextWindow })}</dd>
        </div>
        {usage && (
          <>
            <div>
              <dt>{t("manifest.input")}</dt>
              <dd>
                {formatNumber(usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens)}
              </dd>
            </div>
            <div>
              <dt>{t("manifest.cached")}</dt>
              <dd>{formatNumber(usage.cacheReadTokens)}</dd>
            </div>
            <div>
              <dt>{t("manifest.output")}</dt>
              <dd>{formatNumber(usage.outputTokens)}</dd>
            </div>
          </>
        )}
        {generation.costMicroUsd !== null && (
          <div>
            <dt>{t("manifest.cost")}</dt>
            <dd>{formatMoney(generation.costMicroUsd)}</dd>
          </div>
        )}
      </dl>
      <h3>{t("manifest.sent")}</h3>
      {sent.length === 0 ? (
        <p class="muted">{t("manifest.nothing")}</p>
      ) : (
        <ul class="manifest">
          {sent.map((item, index) => (
            <ItemRow key={index} item={item} />
          ))}
        </ul>
      )}
      {left.length > 0 && (
        <>
          <h3>{t("manifest.leftOut")}</h3>
          <ul class="manifest">
            {left.map((item, index) => (
              <ItemRow key={index} item={item} />
            ))}
          </ul>
        </>
      )}
    </>
  );
}

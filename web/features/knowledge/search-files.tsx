import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { api, read } from "../../lib/api.ts";
import type { SearchHit } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { useResource } from "../../lib/resource.ts";
import { Icon } from "../../ui/icon.tsx";
import { SearchBox } from "../../ui/search-box.tsx";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/states.tsx";
import { Highlighted } from "./highlighted.tsx";
import { SpanPanel } from "./span-panel.tsx";

/** Search in the project's files; the query is in the address. */
export function SearchFiles(props: { projectId: string; query: string }): JSX.Element {
  const { route } = useLocation();
  const here = `/projects/${props.projectId}/knowledge`;
  const go = (q: string) =>
    route(q === "" ? here : `${here}?q=${encodeURIComponent(q)}`, props.query !== "");
  return (
    <>
      <SearchBox label={t("knowledge.search")} query={props.query} maxLength={400} onSearch={go} />
      {props.query !== "" && <Hits projectId={props.projectId} query={props.query} />}
    </>
  );
}

function Hits(props: { projectId: string; query: string }): JSX.Element {
  const open = useSignal<SearchHit | undefined>(undefined);
  const found = useResource(
    async (signal) =>
      (
        await read(
          api.GET("/projects/{projectId}/search", {
            params: { path: { projectId: props.projectId }, query: { q: props.query, limit: 20 } },
            signal,
          }),
        )
      ).items,
    [props.projectId, props.query],
  );
  const hits = found.data.value;
  if (found.error.value) {
    return (
      <ErrorState
        title={t("search.failed")}
        detail={found.error.value.detail}
        onRetry={() => void found.load()}
      />
    );
  }
  if (!hits) return <SkeletonRows rows={4} height="5rem" />;
  if (hits.length === 0) {
    return (
      <EmptyState icon="search" title={t("search.none")}>
        {t("search.none.detail")}
      </EmptyState>
    );
  }
  return (
    <>
      <p class="muted small" role="status">
        {t("search.count", { count: hits.length })}
      </p>
      <ul class="hits">
        {hits.map((hit) => (
          <li key={`${hit.fileVersionId}:${hit.start}`}>
            <button
              type="button"
              class="hit"
              onClick={() => {
                open.value = hit;
              }}
            >
              <span class="hit-file">
                <Icon name="file" size={16} />
                <span class="truncate">{hit.fileName}</span>
                {hit.page !== null && (
                  <span class="faint">{t("search.page", { page: hit.page })}</span>
                )}
              </span>
              <span class="hit-text">
                <Highlighted text={hit.text} spans={hit.highlights} />
              </span>
            </button>
          </li>
        ))}
      </ul>
      {open.value && (
        <SpanPanel
          key={`${open.value.fileVersionId}:${open.value.start}`}
          projectId={props.projectId}
          fileId={open.value.fileId}
          fileVersionId={open.value.fileVersionId}
          fileName={open.value.fileName}
          start={open.value.start}
          end={open.value.end}
          onClose={() => {
            open.value = undefined;
          }}
        />
      )}
    </>
  );
}

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { api, read } from "../../lib/api.ts";
import type { AuditEntry } from "../../lib/api-types.ts";
import { addMessages, formatDate, formatTime, t } from "../../lib/i18n.ts";
import { useList } from "../../lib/resource.ts";
import { audit } from "../../messages/en/audit.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState, ErrorState, LoadMore, SkeletonRows } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import { Section } from "../../ui/tabs.tsx";
import { projects } from "../shell/index.ts";
import { AuditFilters } from "./audit-filters.tsx";
import { describeAction, describeWho, KIND_NAMES } from "./describe-entry.ts";
import { EntryDialog } from "./entry-dialog.tsx";
import { addressOf, countFilters, type Filters, readFilters, toQuery } from "./filters.ts";

addMessages(audit);

const TONES = { change: "plain", refusal: "danger", read: "accent" } as const;

/** The audit log, newest first; its filters are in the address. */
export function AuditTab(): JSX.Element {
  const { query, route } = useLocation();
  const filters = readFilters(query);
  const address = addressOf(filters);
  const opened = useSignal<AuditEntry | undefined>(undefined);
  const list = useList<AuditEntry>(
    (cursor, signal) =>
      read(
        api.GET("/admin/audit", {
          params: { query: { ...toQuery(filters), cursor, limit: 50 } },
          signal,
        }),
      ),
    [address],
  );
  const show = (next: Filters) => {
    opened.value = undefined;
    route(addressOf(next));
  };
  const items = list.items.value;
  const error = list.error.value;
  const whoOf = (entry: AuditEntry) => {
    const { actor, target } = describeWho(entry, items ?? [], projects.items.value ?? []);
    return target === null ? actor : `${actor} · ${target}`;
  };
  return (
    <Section
      title={t("audit.title")}
      detail={t("audit.detail")}
      actions={
        <Button icon="retry" busy={list.busy.value && !!items} onClick={() => void list.load()}>
          {t("audit.refresh")}
        </Button>
      }
    >
      <AuditFilters filters={filters} entries={items ?? []} onChange={show} />
      {error && !items ? (
        <ErrorState
          title={t("audit.failed")}
          detail={error.detail}
          requestId={error.requestId}
          onRetry={() => void list.load()}
        />
      ) : !items ? (
        <SkeletonRows rows={8} />
      ) : items.length === 0 ? (
        <EmptyState
          icon="list"
          title={t(countFilters(filters) > 0 ? "audit.none.filtered" : "audit.none")}
        />
      ) : (
        <Table
          label={t("audit.title")}
          rows={items}
          rowKey={(entry) => entry.id}
          columns={[
            {
              id: "when",
              head: t("audit.column.when"),
              cell: (entry) => (
                <time class="muted small" dateTime={entry.at}>
                  <span class="nowrap">{formatDate(entry.at)}</span>{" "}
                  <span class="nowrap">{formatTime(entry.at)}</span>
                </time>
              ),
            },
            {
              id: "what",
              head: t("audit.column.what"),
              cell: (entry) => (
                <>
                  <button
                    type="button"
                    class="row-button"
                    onClick={() => {
                      opened.value = entry;
                    }}
                  >
                    {describeAction(entry)}
                  </button>
                  <p class="muted small">{whoOf(entry)}</p>
                </>
              ),
            },
            {
              id: "result",
              head: t("audit.filter.kind"),
              cell: (entry) => <Badge tone={TONES[entry.kind]}>{t(KIND_NAMES[entry.kind])}</Badge>,
            },
            {
              id: "from",
              head: t("audit.column.from"),
              wide: true,
              cell: (entry) => <span class="muted">{entry.ip}</span>,
            },
          ]}
        />
      )}
      {error && items && (
        <p class="form-error" role="alert">
          {error.detail}
        </p>
      )}
      <LoadMore more={list.more.value} busy={list.busy.value} onLoad={() => void list.loadMore()} />
      {opened.value && (
        <EntryDialog
          entry={opened.value}
          onFilter={(filter) => show({ ...filters, ...filter })}
          onClose={() => {
            opened.value = undefined;
          }}
        />
      )}
    </Section>
  );
}

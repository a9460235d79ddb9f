import type { JSX } from "preact";
import { api, at, read } from "../../lib/api.ts";
import type { UsageReport } from "../../lib/api-types.ts";
import { formatCompact, formatDate, formatMoney, formatNumber, t } from "../../lib/i18n.ts";
import { useResource } from "../../lib/resource.ts";
import { EmptyState, ErrorState, Skeleton } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { Section } from "../../ui/tabs.tsx";

type Spent = UsageReport["totals"];

function tokensOf(spent: Spent): number {
  const { usage } = spent;
  return usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens + usage.outputTokens;
}

const spentColumns: readonly Column<Spent>[] = [
  {
    id: "calls",
    head: t("usage.calls"),
    numeric: true,
    cell: (row) => formatNumber(row.calls),
  },
  {
    id: "tokens",
    head: t("usage.tokens"),
    numeric: true,
    cell: (row) => formatCompact(tokensOf(row)),
  },
  {
    id: "cost",
    head: t("usage.cost"),
    numeric: true,
    cell: (row) => formatMoney(row.costMicroUsd),
  },
];

/** Usage and cost of a project's answers. */
export function ProjectUsage(props: { projectId: string }): JSX.Element {
  return (
    <Usage
      inputs={[props.projectId]}
      read={(signal) => read(api.GET("/projects/{projectId}/usage", { ...at(props), signal }))}
      detail={t("usage.projectDetail")}
    />
  );
}

/** Usage and cost of my own answers, in all projects. */
export function MyUsage(): JSX.Element {
  return (
    <Usage
      inputs={[]}
      read={(signal) => read(api.GET("/me/usage", { signal }))}
      detail={t("usage.myDetail")}
    />
  );
}

function Usage(props: {
  read: (signal: AbortSignal) => Promise<UsageReport>;
  /** Dependencies of the report. */
  inputs: readonly unknown[];
  detail: string;
}): JSX.Element {
  const resource = useResource(props.read, props.inputs);
  const report = resource.data.value;
  const error = resource.error.value;
  return (
    <Section title={t("usage.title")} detail={props.detail}>
      {error && !report ? (
        <ErrorState
          title={t("usage.failed")}
          detail={error.detail}
          onRetry={() => void resource.load()}
        />
      ) : !report ? (
        <Skeleton lines={4} />
      ) : report.totals.calls === 0 ? (
        <EmptyState icon="spark" title={t("usage.empty")}>
          {t("usage.empty.detail")}
        </EmptyState>
      ) : (
        <>
          <dl class="figures">
            <div>
              <dt>{t("usage.cost")}</dt>
              <dd>{formatMoney(report.totals.costMicroUsd)}</dd>
            </div>
            <div>
              <dt>{t("usage.tokens")}</dt>
              <dd>{formatCompact(tokensOf(report.totals))}</dd>
            </div>
            <div>
              <dt>{t("usage.calls")}</dt>
              <dd>{formatNumber(report.totals.calls)}</dd>
            </div>
          </dl>
          <h3>{t("usage.byModel")}</h3>
          <Table
            label={t("usage.byModel")}
            rows={report.byModel}
            rowKey={(row) => `${row.provider}/${row.model}`}
            columns={[
              { id: "model", head: t("usage.model"), cell: (row) => row.displayName },
              ...spentColumns,
            ]}
          />
          <h3>{t("usage.byDay")}</h3>
          <Table
            label={t("usage.byDay")}
            rows={[...report.byDay].reverse()}
            rowKey={(row) => row.day}
            columns={[
              {
                id: "day",
                head: t("usage.day"),
                cell: (row) => formatDate(`${row.day}T12:00:00Z`),
              },
              ...spentColumns,
            ]}
          />
        </>
      )}
    </Section>
  );
}

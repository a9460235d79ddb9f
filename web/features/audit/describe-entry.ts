import type { AuditEntry, Project } from "../../lib/api-types.ts";
import { formatDateTime, formatNumber, type MessageId, t } from "../../lib/i18n.ts";
import { ACTIONS, isAction, REASONS } from "./actions.ts";
import type { Filters } from "./filters.ts";

export const KIND_NAMES = {
  change: "audit.kind.change",
  refusal: "audit.kind.refusal",
  read: "audit.kind.read",
} as const;

/** Describes the action; an unknown one by its code. */
export function describeAction(entry: AuditEntry): string {
  const words = isAction(entry.action) ? t(ACTIONS[entry.action]) : entry.action;
  const times = countOf(entry);
  return times > 1 ? `${words} · ${t("audit.times", { count: times })}` : words;
}

/** Describes the actor. */
export function describeActor({ actorKind, actorName }: AuditEntry): string {
  if (actorKind === "anonymous") return t("audit.who.anonymous");
  const job = /^system:(.*)$/.exec(actorKind)?.[1];
  if (job !== undefined) return t("audit.who.system", { job });
  const name = actorName ?? t("audit.who.gone");
  return actorKind === "api_key" ? t("audit.who.key", { name }) : name;
}

/**
 * Describes actor and target of a row for the list; a name that two listed accounts have comes with the e-mail
 * address. Null where the target is the actor, or no name of it is known here.
 */
export function describeWho(
  entry: AuditEntry,
  listed: readonly AuditEntry[],
  projects: readonly Pick<Project, "id" | "name">[],
): { actor: string; target: string | null } {
  const accounts = listed.flatMap((row) => [
    { id: row.actorId, name: row.actorName },
    { id: row.targetKind === "user" ? row.targetId : null, name: row.targetName },
  ]);
  const named = (id: string | null, name: string | null, email: string | null) =>
    name !== null && email !== null && accounts.some((row) => row.name === name && row.id !== id)
      ? t("audit.who.email", { name, email })
      : name;
  const actor = named(entry.actorId, entry.actorName, entry.actorEmail);
  const account = named(entry.targetId, entry.targetName, entry.targetEmail);
  const project = projects.find(({ id }) => id === (entry.projectId ?? entry.targetId))?.name;
  return {
    actor: describeActor({ ...entry, actorName: actor }),
    target:
      account !== null
        ? entry.targetId === entry.actorId
          ? null
          : t("audit.target.account", { name: account })
        : project === undefined
          ? null
          : t("audit.target.project", { name: project }),
  };
}

/** One thing that a row says; `code` is not for reading but for copying, `only` shows what belongs to it. */
export type Fact = {
  label: MessageId;
  value: string;
  code?: boolean;
  only?: { label: MessageId; filter: Filters };
};

/** All facts of a row, in reading order; missing ones are left out. */
export function factsOf(entry: AuditEntry): Fact[] {
  const { detail } = entry;
  const reason = textOf(detail.reason);
  const request = [textOf(detail.method), textOf(detail.route)].filter((part) => part !== "");
  const facts: (Fact | false)[] = [
    { label: "audit.fact.time", value: `${formatDateTime(entry.at)} (${entry.at})` },
    { label: "audit.fact.who", value: describeActor(entry) },
    entry.actorEmail !== null && { label: "field.email", value: entry.actorEmail },
    entry.actorId !== null && {
      label: "audit.fact.account",
      value: entry.actorId,
      code: true,
      only: { label: "audit.only.actor", filter: { actor: entry.actorId } },
    },
    entry.ip !== null && { label: "audit.fact.address", value: entry.ip, code: true },
    { label: "audit.fact.result", value: t(KIND_NAMES[entry.kind]) },
    reason !== "" && { label: "audit.fact.reason", value: describeReason(reason) },
    has(detail.rule) && { label: "audit.fact.rule", value: textOf(detail.rule), code: true },
    request.length > 0 && { label: "audit.fact.request", value: request.join(" "), code: true },
    {
      label: "audit.fact.object",
      value: [entry.targetKind, entry.targetId, entry.targetEmail].join(" ").trim(),
      code: true,
      ...(entry.targetId !== null && {
        only: { label: "audit.only.target", filter: { target: entry.targetId } },
      }),
    },
    entry.projectId !== null && {
      label: "audit.fact.project",
      value: entry.projectId,
      code: true,
      only: { label: "audit.only.project", filter: { project: entry.projectId } },
    },
    countOf(entry) > 1 && { label: "audit.fact.count", value: formatNumber(countOf(entry)) },
    countOf(entry) > 1 && {
      label: "audit.fact.period",
      value: `${textOf(detail.first)} – ${textOf(detail.last)}`,
      code: true,
    },
    ...Object.entries(detail)
      .filter(([name]) => !TOLD.has(name))
      .map(
        ([name, value]): Fact => ({
          label: "audit.fact.detail",
          value: `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
          code: true,
        }),
      ),
    entry.requestId !== null && {
      label: "audit.fact.requestId",
      value: entry.requestId,
      code: true,
    },
    entry.callerRequestId !== null && {
      label: "audit.fact.callerRequestId",
      value: entry.callerRequestId,
      code: true,
    },
    entry.seq > 0
      ? { label: "audit.fact.seq", value: formatNumber(entry.seq) }
      : { label: "audit.fact.seq", value: t("audit.fact.unsealed") },
    entry.hash !== "" && { label: "audit.fact.hash", value: entry.hash, code: true },
  ];
  return facts.filter((fact) => fact !== false);
}

/** Details with a fact of their own. */
const TOLD = new Set(["reason", "rule", "method", "route", "count", "first", "last", "overflow"]);

/** Describes why something was refused; an unknown code is shown as it is. */
export function describeReason(code: string): string {
  const words = Object.hasOwn(REASONS, code) ? REASONS[code] : undefined;
  return words === undefined ? code : `${t(words)} (${code})`;
}

function countOf({ detail }: AuditEntry): number {
  return typeof detail.count === "number" ? detail.count : 1;
}

const has = (value: unknown) => typeof value === "string" && value !== "";
const textOf = (value: unknown) => (typeof value === "string" ? value : "");

import type { AuditQuery } from "../../lib/api-types.ts";
import { isAction } from "./actions.ts";

const KINDS = ["change", "refusal", "read"] as const;
type Kind = (typeof KINDS)[number];

/** The log's filters, as in the page's address. */
export type Filters = {
  kind?: Kind | undefined;
  action?: NonNullable<AuditQuery["action"]> | undefined;
  /** Ids of a person, an object and a project. */
  actor?: string | undefined;
  target?: string | undefined;
  project?: string | undefined;
  /** Days as `YYYY-MM-DD`, in the reader's time zone, both inclusive. */
  from?: string | undefined;
  to?: string | undefined;
};

const ORDER = ["kind", "action", "actor", "target", "project", "from", "to"] as const;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

export function isKind(value: string): value is Kind {
  return KINDS.some((kind) => kind === value);
}

/** Reads the filters from an address; values that the API would refuse are ignored. */
export function readFilters(query: Readonly<Record<string, string>>): Filters {
  const {
    kind = "",
    action = "",
    actor = "",
    target = "",
    project = "",
    from = "",
    to = "",
  } = query;
  return {
    kind: isKind(kind) ? kind : undefined,
    action: isAction(action) ? action : undefined,
    actor: UUID.test(actor) ? actor : undefined,
    target: target !== "" && target.length <= 100 ? target : undefined,
    project: UUID.test(project) ? project : undefined,
    from: dayOf(from) ? from : undefined,
    to: dayOf(to) ? to : undefined,
  };
}

/** The address of the log with these filters. */
export function addressOf(filters: Filters): string {
  const set = ORDER.flatMap((name) => (filters[name] ? [[name, filters[name]]] : []));
  return set.length === 0 ? "/admin/audit" : `/admin/audit?${new URLSearchParams(set)}`;
}

/** Number of filters that are set. */
export function countFilters(filters: Filters): number {
  return ORDER.filter((name) => filters[name]).length;
}

/** The same for the API, which takes instants: from the start of the first day to the end of the last. */
export function toQuery(filters: Filters): AuditQuery {
  const { kind, action, actor, target, project, from, to } = filters;
  return {
    kind,
    action,
    actorId: actor,
    targetId: target,
    projectId: project,
    since: from && dayOf(from)?.toISOString(),
    until: to && dayOf(to, 1)?.toISOString(),
  };
}

/** Local midnight at the start of a day, or of a day this many later; undefined for an invalid day. */
function dayOf(text: string, later = 0): Date | undefined {
  const [, year, month, day] = (/^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const begin = new Date(year, month - 1, day);
  // February 31st would become March.
  if (begin.getMonth() !== month - 1 || begin.getFullYear() !== year) return undefined;
  return new Date(year, month - 1, day + later);
}

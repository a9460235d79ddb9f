import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { useAction } from "../../lib/action.ts";
import { api, read } from "../../lib/api.ts";
import type { AdminUser, AuditEntry } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { chosen, typed } from "../../ui/bind.ts";
import { Button } from "../../ui/button.tsx";
import { Input, Select } from "../../ui/field.tsx";
import { FormError } from "../../ui/form-error.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ACTIONS, isAction } from "./actions.ts";
import { KIND_NAMES } from "./describe-entry.ts";
import { addressOf, countFilters, type Filters, isKind } from "./filters.ts";

/** Filter form of the log; open by default on wide screens. */
export function AuditFilters(props: {
  filters: Filters;
  /** The listed entries, for the name of the filtered person. */
  entries: readonly AuditEntry[];
  onChange: (filters: Filters) => void;
}): JSX.Element {
  const { filters, onChange } = props;
  const kind = useSignal<string>(filters.kind ?? "");
  const action = useSignal<string>(filters.action ?? "");
  const from = useSignal(filters.from ?? "");
  const to = useSignal(filters.to ?? "");
  const who = useSignal("");
  const matches = useSignal<readonly AdminUser[] | undefined>(undefined);
  useLayoutEffect(() => {
    kind.value = filters.kind ?? "";
    action.value = filters.action ?? "";
    from.value = filters.from ?? "";
    to.value = filters.to ?? "";
    who.value = "";
    matches.value = undefined;
  }, [addressOf(filters)]);
  const chosenHere = (): Filters => ({
    ...filters,
    kind: isKind(kind.value) ? kind.value : undefined,
    action: isAction(action.value) ? action.value : undefined,
    from: from.value || undefined,
    to: to.value || undefined,
  });
  const apply = useAction(async () => {
    const search = who.value.trim();
    matches.value = undefined;
    if (search === "") return onChange(chosenHere());
    const { items } = await read(
      api.GET("/admin/users", { params: { query: { search, limit: 10 } } }),
    );
    const exact = items.filter(({ email }) => email.toLowerCase() === search.toLowerCase());
    const [only, ...others] = exact.length === 1 ? exact : items;
    if (only && others.length === 0) onChange({ ...chosenHere(), actor: only.id });
    else matches.value = items;
  });
  const count = countFilters(filters);
  return (
    <>
      <details class="filters" open={matchMedia("(min-width: 48rem)").matches}>
        <summary>{count > 0 ? t("audit.filters.set", { count }) : t("audit.filters")}</summary>
        <form
          class="filter-form"
          onSubmit={(event) => {
            event.preventDefault();
            void apply.run();
          }}
        >
          <FormError error={apply.error.value} />
          <Select
            label={t("audit.filter.kind")}
            {...chosen(kind)}
            options={[
              { value: "", label: t("audit.filter.kind.all") },
              ...Object.entries(KIND_NAMES).map(([value, id]) => ({ value, label: t(id) })),
            ]}
          />
          <Select
            label={t("audit.filter.action")}
            {...chosen(action)}
            options={[
              { value: "", label: t("audit.filter.action.all") },
              ...Object.entries(ACTIONS).map(([value, id]) => ({ value, label: t(id) })),
            ]}
          />
          <Input
            label={t("audit.filter.who")}
            placeholder={t("audit.filter.who.hint")}
            maxLength={200}
            error={matches.value?.length === 0 ? t("audit.filter.who.none") : undefined}
            {...typed(who)}
          />
          <Input label={t("audit.filter.from")} type="date" {...typed(from)} max={to.value} />
          <Input label={t("audit.filter.to")} type="date" {...typed(to)} min={from.value} />
          <Button type="submit" busy={apply.busy.value}>
            {t("audit.filter.apply")}
          </Button>
        </form>
        {matches.value && matches.value.length > 1 && (
          <div class="stack" role="status">
            <p>{t("audit.filter.who.which")}</p>
            <div class="chips">
              {matches.value.map((user) => (
                <Button
                  key={user.id}
                  size="sm"
                  onClick={() => onChange({ ...chosenHere(), actor: user.id })}
                >
                  {user.name} · {user.email}
                </Button>
              ))}
            </div>
          </div>
        )}
      </details>
      <Chips filters={filters} entries={props.entries} onChange={onChange} />
    </>
  );
}

/** Filters without a form field, each with a button to remove it. */
function Chips(props: {
  filters: Filters;
  entries: readonly AuditEntry[];
  onChange: (filters: Filters) => void;
}): JSX.Element | null {
  const { filters, onChange } = props;
  const { actor, target, project } = filters;
  const name = props.entries.find(({ actorId }) => actorId === actor)?.actorName ?? actor ?? "";
  const chips = [
    actor && { label: t("audit.filter.person", { name }), without: { actor: undefined } },
    target && { label: t("audit.filter.object", { id: target }), without: { target: undefined } },
    project && {
      label: t("audit.filter.project", { id: project }),
      without: { project: undefined },
    },
  ].filter((chip) => typeof chip === "object");
  if (countFilters(filters) === 0) return null;
  return (
    <div class="chips">
      {chips.map(({ label, without }) => (
        <button
          key={label}
          type="button"
          class="chip"
          aria-label={t("audit.filter.remove", { filter: label })}
          onClick={() => onChange({ ...filters, ...without })}
        >
          <span class="truncate">{label}</span>
          <Icon name="close" size={14} />
        </button>
      ))}
      <Button size="sm" look="quiet" onClick={() => onChange({})}>
        {t("audit.filter.clear")}
      </Button>
    </div>
  );
}

import type { JSX } from "preact";
import type { AuditEntry } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { describeAction, factsOf } from "./describe-entry.ts";
import type { Filters } from "./filters.ts";

/** All facts of one row of the log, with links to related rows. */
export function EntryDialog(props: {
  entry: AuditEntry;
  onFilter: (filter: Filters) => void;
  onClose: () => void;
}): JSX.Element {
  const { entry } = props;
  const title = describeAction(entry);
  return (
    <Dialog title={title} wide onClose={props.onClose}>
      {entry.detail.overflow === true && <p>{t("audit.fact.overflow")}</p>}
      <dl class="fact-list" tabIndex={0}>
        {factsOf(entry).map(({ label, value, code, only }) => (
          <div key={`${label} ${value}`}>
            <dt>{t(label)}</dt>
            <dd>
              {code ? <code>{value}</code> : value}
              {only && (
                <Button size="sm" onClick={() => props.onFilter(only.filter)}>
                  {t(only.label)}
                </Button>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

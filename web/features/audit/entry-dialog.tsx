import type { JSX } from "preact";
import type { AuditEntry } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { describeAction, factsOf } from "./describe-entry.ts";
import type { Filters } from "./filters.ts";

/** All that one row of the log says, with ways to what belongs to it. */
export function EntryDialog(props: {
  entry: AuditEntry;
  onFilter: (filter: Filters) => void;
  onClose: () => void;
}): JSX.Element {
  const { entry, onFilter } = props;
  const { actorId, targetId, projectId } = entry;
  return (
    <Dialog
      title={describeAction(entry)}
      wide
      onClose={props.onClose}
      footer={
        <>
          {actorId !== null && (
            <Button size="sm" onClick={() => onFilter({ actor: actorId })}>
              {t("audit.only.actor")}
            </Button>
          )}
          {targetId !== null && (
            <Button size="sm" onClick={() => onFilter({ target: targetId })}>
              {t("audit.only.target")}
            </Button>
          )}
          {projectId !== null && (
            <Button size="sm" onClick={() => onFilter({ project: projectId })}>
              {t("audit.only.project")}
            </Button>
          )}
        </>
      }
    >
      {entry.detail.overflow === true && <p>{t("audit.fact.overflow")}</p>}
      <dl class="fact-list">
        {factsOf(entry).map(({ label, value, code }) => (
          <div key={`${label} ${value}`}>
            <dt>{t(label)}</dt>
            <dd>{code ? <code>{value}</code> : value}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

import type { ComponentChildren, JSX } from "preact";
import type { Thread } from "../../lib/api-types.ts";
import { formatAgo, t } from "../../lib/i18n.ts";
import { Badge } from "../../ui/badge.tsx";
import { Icon } from "../../ui/icon.tsx";
import { me } from "../identity/index.ts";

/** One thread in a list. */
export function ThreadRow(props: {
  thread: Thread;
  showProject?: boolean;
  actions?: ComponentChildren;
}): JSX.Element {
  const { thread } = props;
  const mine = thread.ownerId === me.value?.id;
  return (
    <div class="row-item link">
      <span class="row-icon">
        <Icon name="thread" size={18} />
      </span>
      <div class="grow">
        <a class="row-title truncate row-link" href={`/threads/${thread.id}`}>
          {thread.title || t("threads.untitled")}
        </a>
        <p class="muted small truncate">
          {props.showProject && `${thread.projectName} · `}
          {!mine && `${thread.ownerName} · `}
          {formatAgo(thread.lastMessageAt)}
        </p>
      </div>
      {thread.visibility === "project" && <Badge>{t("threads.shared")}</Badge>}
      {props.actions && <span class="row-actions">{props.actions}</span>}
    </div>
  );
}

import type { JSX } from "preact";
import type { Thread } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { Badge } from "../../ui/badge.tsx";
import { Icon } from "../../ui/icon.tsx";
import { me } from "../identity/index.ts";
import { ThreadMenu } from "./thread-menu.tsx";

/** The thread's project, title and visibility. */
export function ThreadHead(props: {
  thread: Thread | undefined;
  onChanged: (thread: Thread) => void;
  onDeleted: () => void;
}): JSX.Element {
  const { thread } = props;
  const personal = thread?.projectId === me.value?.personalProjectId;
  return (
    <header class="thread-head">
      <div class="grow">
        {thread ? (
          <a class="crumb" href={`/projects/${thread.projectId}`}>
            {personal ? t("projects.personal") : thread.projectName}
            <Icon name="chevronRight" size={16} />
          </a>
        ) : (
          <span class="crumb">&nbsp;</span>
        )}
        <h1 class="truncate">{thread ? thread.title || t("threads.untitled") : "\u00a0"}</h1>
      </div>
      {thread?.visibility === "project" && <Badge tone="accent">{t("threads.shared")}</Badge>}
      {thread?.mayManage && (
        <ThreadMenu thread={thread} onChanged={props.onChanged} onDeleted={props.onDeleted} />
      )}
    </header>
  );
}

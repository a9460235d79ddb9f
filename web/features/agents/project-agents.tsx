import type { JSX } from "preact";
import { api, at, read } from "../../lib/api.ts";
import type { Project } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { AgentList } from "./agent-list.tsx";
import { agentsFor } from "./agents-for.ts";

/** A project's agents; the workspace's are listed too, and changed by admins. */
export function ProjectAgents(props: { project: Project }): JSX.Element {
  const { project } = props;
  return (
    <AgentList
      title={t("project.tab.agents")}
      detail={t("agents.detail")}
      mayEdit={project.role !== "viewer" && project.archivedAt === null}
      inputs={[project.id]}
      read={async (signal) => ({
        items: [...(await agentsFor(project.id, signal))],
        nextCursor: null,
      })}
      create={(agent) =>
        read(
          api.POST("/projects/{projectId}/agents", {
            ...at({ projectId: project.id }),
            body: agent,
          }),
        )
      }
    />
  );
}

import type { JSX } from "preact";
import type { Project } from "../../lib/api-types.ts";
import { formatAgo, t } from "../../lib/i18n.ts";
import { Badge } from "../../ui/badge.tsx";
import { Icon } from "../../ui/icon.tsx";

export function ProjectCard(props: { project: Project }): JSX.Element {
  const { project } = props;
  return (
    <a class="card" href={`/projects/${project.id}`}>
      <span class="card-title">
        <Icon name={project.personal ? "person" : "folder"} size={18} />
        <span class="truncate">{project.personal ? t("projects.personal") : project.name}</span>
        {project.archivedAt && <Badge>{t("projects.archived")}</Badge>}
      </span>
      <span class="card-text">
        {project.description ||
          t(project.personal ? "projects.personal.detail" : "projects.noDescription")}
      </span>
      <span class="card-foot">{t("projects.updated", { when: formatAgo(project.updatedAt) })}</span>
    </a>
  );
}

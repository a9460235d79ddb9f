import type { JSX } from "preact";
import { useRoute } from "preact-iso";
import { api, at, read } from "../../lib/api.ts";
import type { Project } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { useTitle } from "../../lib/page-title.ts";
import { type Resource, useResource } from "../../lib/resource.ts";
import { Badge } from "../../ui/badge.tsx";
import { LinkButton } from "../../ui/button.tsx";
import { EmptyState, ErrorState, Skeleton } from "../../ui/states.tsx";
import { PageHead, Tabs } from "../../ui/tabs.tsx";
import { ProjectAgents } from "../agents/index.ts";
import { KnowledgeTab } from "../knowledge/index.ts";
import { ProjectUsage } from "../metering/index.ts";
import { ProjectThreads } from "../threads/index.ts";
import { InstructionsTab } from "./instructions-tab.tsx";
import { MembersTab } from "./members-tab.tsx";
import { ProjectMenu } from "./project-menu.tsx";

const tabs = [
  { id: "threads", label: "project.tab.threads" },
  { id: "knowledge", label: "project.tab.knowledge" },
  { id: "agents", label: "project.tab.agents" },
  { id: "instructions", label: "project.tab.instructions" },
  { id: "members", label: "project.tab.members" },
  { id: "usage", label: "project.tab.usage" },
] as const;

type TabId = (typeof tabs)[number]["id"];

function tabOf(name: string | undefined): TabId {
  return tabs.find((tab) => tab.id === name)?.id ?? "threads";
}

/** One project; its tabs are in the address. */
export default function ProjectPage(): JSX.Element {
  const { params } = useRoute();
  const id = params.projectId ?? "";
  return <OneProject key={id} id={id} tab={tabOf(params.tab)} />;
}

function OneProject(props: { id: string; tab: TabId }): JSX.Element {
  const resource = useResource(
    (signal) => read(api.GET("/projects/{projectId}", { ...at({ projectId: props.id }), signal })),
    [props.id],
  );
  const project = resource.data.value;
  const error = resource.error.value;
  const name = project && (project.personal ? t("projects.personal") : project.name);
  useTitle(name);
  if (error && !project) {
    return (
      <main id="main" class="page">
        {error.status === 404 ? (
          <EmptyState
            icon="folder"
            title={t("project.missing")}
            action={<LinkButton href="/projects">{t("home.allProjects")}</LinkButton>}
          >
            {t("project.missing.detail")}
          </EmptyState>
        ) : (
          <ErrorState
            title={t("project.failed")}
            detail={error.detail}
            requestId={error.requestId}
            onRetry={() => void resource.load()}
          />
        )}
      </main>
    );
  }
  const shownTabs = project?.personal ? tabs.filter((tab) => tab.id !== "members") : tabs;
  return (
    <main id="main" class="page">
      {project ? (
        <PageHead
          title={
            <>
              {name}
              {project.archivedAt && (
                <>
                  {" "}
                  <Badge>{t("projects.archived")}</Badge>
                </>
              )}
            </>
          }
          detail={
            project.description || (project.personal ? t("projects.personal.detail") : undefined)
          }
          actions={<ProjectMenu resource={resource} project={project} />}
        />
      ) : (
        <div class="page-head">
          <div class="grow">
            <Skeleton lines={1} height="2.4rem" />
          </div>
        </div>
      )}
      <Tabs
        label={t("project.tabs")}
        current={props.tab}
        tabs={shownTabs.map((tab) => ({
          id: tab.id,
          label: t(tab.label),
          href: tab.id === "threads" ? `/projects/${props.id}` : `/projects/${props.id}/${tab.id}`,
        }))}
      />
      {project ? (
        <TabContent tab={props.tab} project={project} resource={resource} />
      ) : (
        <Skeleton lines={5} />
      )}
    </main>
  );
}

function TabContent(props: {
  tab: TabId;
  project: Project;
  resource: Resource<Project>;
}): JSX.Element {
  switch (props.tab) {
    case "knowledge":
      return <KnowledgeTab project={props.project} />;
    case "agents":
      return <ProjectAgents project={props.project} />;
    case "instructions":
      return <InstructionsTab project={props.project} resource={props.resource} />;
    case "members":
      return <MembersTab project={props.project} />;
    case "usage":
      return <ProjectUsage projectId={props.project.id} />;
    default:
      return <ProjectThreads project={props.project} />;
  }
}

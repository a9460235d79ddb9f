import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { t } from "../../lib/i18n.ts";
import { useTitle } from "../../lib/page-title.ts";
import { LinkButton } from "../../ui/button.tsx";
import { EmptyState, ErrorState, SkeletonRows } from "../../ui/states.tsx";
import { Section } from "../../ui/tabs.tsx";
import { me } from "../identity/index.ts";
import { personalProject, projects, recentThreads } from "../shell/index.ts";
import { Composer, rememberStart, startThread, ThreadRow } from "../threads/index.ts";
import { ProjectCard } from "./project-card.tsx";

function greeting(name: string): string {
  const hour = new Date().getHours();
  const id =
    hour < 5
      ? "home.evening"
      : hour < 12
        ? "home.morning"
        : hour < 18
          ? "home.afternoon"
          : "home.evening";
  return t(id, { name: name.split(/\s+/)[0] ?? name });
}

/** The start page: a composer, and recent threads and projects. */
export default function DashboardPage(): JSX.Element {
  const { route } = useLocation();
  const person = me.value;
  useTitle(t("home.title"));
  const project = personalProject.value;
  const shown = projects.items.value?.filter((item) => !item.personal).slice(0, 6);
  const threads = recentThreads.items.value?.slice(0, 6);
  return (
    <main id="main" class="page home">
      <header class="home-head">
        <h1>{greeting(person?.name ?? "")}</h1>
        <p class="page-detail">{t("home.detail")}</p>
      </header>
      <Composer
        draftKey="home"
        projectId={person?.personalProjectId ?? undefined}
        placeholder={t("home.ask")}
        autoFocus
        attach
        disabled={!person?.personalProjectId}
        onSend={async (text, choice) => {
          if (!person?.personalProjectId) return;
          const started = await startThread(person.personalProjectId, text, choice);
          rememberStart(started);
          route(`/threads/${started.thread.id}`);
        }}
        note={project ? t("home.personalNote") : undefined}
      />
      <Section
        title={t("projects.title")}
        actions={
          <>
            {shown && shown.length > 0 && (
              <LinkButton href="/projects?new=true" size="sm" look="quiet" icon="plus">
                {t("projects.new")}
              </LinkButton>
            )}
            <LinkButton href="/projects" size="sm" look="quiet">
              {t("home.allProjects")}
            </LinkButton>
          </>
        }
      >
        {projects.error.value && !shown ? (
          <ErrorState
            title={t("projects.failed")}
            detail={projects.error.value.detail}
            onRetry={() => void projects.load()}
          />
        ) : !shown ? (
          <SkeletonRows rows={2} height="5.5rem" />
        ) : shown.length === 0 ? (
          <EmptyState
            icon="folder"
            title={t("projects.empty")}
            action={
              <LinkButton href="/projects?new=true" icon="plus">
                {t("projects.new")}
              </LinkButton>
            }
          >
            {t("projects.empty.detail")}
          </EmptyState>
        ) : (
          <ul class="cards">
            {shown.map((item) => (
              <li key={item.id}>
                <ProjectCard project={item} />
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title={t("shell.recent")}>
        {recentThreads.error.value && !threads ? (
          <ErrorState
            title={t("threads.failed")}
            detail={recentThreads.error.value.detail}
            onRetry={() => void recentThreads.load()}
          />
        ) : !threads ? (
          <SkeletonRows rows={3} />
        ) : threads.length === 0 ? (
          <p class="muted">{t("home.noThreads")}</p>
        ) : (
          <ul class="rows">
            {threads.map((thread) => (
              <li key={thread.id}>
                <ThreadRow thread={thread} showProject />
              </li>
            ))}
          </ul>
        )}
      </Section>
    </main>
  );
}

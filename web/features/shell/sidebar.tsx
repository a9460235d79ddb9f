import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { t } from "../../lib/i18n.ts";
import { Kbd } from "../../ui/badge.tsx";
import { Brand } from "../../ui/brand.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { keys } from "./shortcuts.ts";
import { UserMenu } from "./user-menu.tsx";
import { projects, recentThreads } from "./workspace.ts";

function NavLink(props: {
  href: string;
  icon?: IconName;
  label: string;
  current: boolean;
}): JSX.Element {
  return (
    <a
      class="nav-link"
      href={props.href}
      aria-current={props.current ? "page" : undefined}
      title={props.label}
    >
      {props.icon && <Icon name={props.icon} size={18} />}
      <span class="truncate">{props.label}</span>
    </a>
  );
}

function NavSkeleton(): JSX.Element {
  return (
    <div class="nav-skeleton" aria-hidden="true">
      <span />
      <span />
      <span />
    </div>
  );
}

export function Sidebar(props: { onSearch: () => void; onClose: () => void }): JSX.Element {
  const { path } = useLocation();
  const shownProjects = projects.items.value?.slice(0, 8);
  const shownThreads = recentThreads.items.value?.slice(0, 20);
  return (
    <nav id="sidebar" class="sidebar" aria-label={t("shell.navigation")}>
      <div class="sidebar-head">
        <a href="/" class="sidebar-brand" aria-label={t("shell.home")}>
          <Brand />
        </a>
        <span class="sidebar-close">
          <IconButton
            icon="close"
            label={t("shell.closeMenu")}
            tip="none"
            onClick={props.onClose}
          />
        </span>
      </div>
      <div class="sidebar-actions">
        <a class="nav-link strong" href="/" aria-current={path === "/" ? "page" : undefined}>
          <Icon name="edit" size={18} />
          <span class="grow">{t("shell.newThread")}</span>
          <Kbd keys={keys.newThread} />
        </a>
        <button type="button" class="nav-link" onClick={props.onSearch}>
          <Icon name="search" size={18} />
          <span class="grow">{t("shell.search")}</span>
          <Kbd keys={keys.search} />
        </button>
      </div>
      <div class="sidebar-scroll">
        <h2 class="nav-title">
          <a href="/projects" aria-current={path === "/projects" ? "page" : undefined}>
            {t("projects.title")}
          </a>
        </h2>
        {shownProjects ? (
          <ul>
            {shownProjects.map((project) => (
              <li key={project.id}>
                <NavLink
                  href={`/projects/${project.id}`}
                  icon={project.personal ? "person" : "folder"}
                  label={project.personal ? t("projects.personal") : project.name}
                  current={path.startsWith(`/projects/${project.id}`)}
                />
              </li>
            ))}
          </ul>
        ) : (
          <NavSkeleton />
        )}
        <h2 class="nav-title">{t("shell.recent")}</h2>
        {shownThreads ? (
          shownThreads.length > 0 ? (
            <ul>
              {shownThreads.map((thread) => (
                <li key={thread.id}>
                  <NavLink
                    href={`/threads/${thread.id}`}
                    label={thread.title || t("threads.untitled")}
                    current={path === `/threads/${thread.id}`}
                  />
                </li>
              ))}
            </ul>
          ) : (
            <p class="nav-empty">{t("shell.noThreads")}</p>
          )
        ) : (
          !recentThreads.error.value && <NavSkeleton />
        )}
      </div>
      <div class="sidebar-foot">
        <UserMenu />
      </div>
    </nav>
  );
}

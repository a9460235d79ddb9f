import { useComputed, useSignal } from "@preact/signals";
import type { JSX, TargetedKeyboardEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useLocation } from "preact-iso";
import { type MessageId, t } from "../../lib/i18n.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { me } from "../identity/index.ts";
import { projects, recentThreads } from "./workspace.ts";

type Entry = { id: string; label: string; hint: string; icon: IconName; href: string };

const pages: readonly { href: string; label: MessageId; icon: IconName; admin?: true }[] = [
  { href: "/", label: "shell.newThread", icon: "edit" },
  { href: "/projects", label: "projects.title", icon: "folder" },
  { href: "/settings", label: "settings.title", icon: "settings" },
  { href: "/admin", label: "admin.title", icon: "admin", admin: true },
];

/** All navigation targets, most specific first. */
function entries(): Entry[] {
  const all: Entry[] = [];
  for (const thread of recentThreads.items.value ?? []) {
    const label = thread.title || t("threads.untitled");
    all.push({
      id: thread.id,
      label,
      hint: t("palette.thread"),
      icon: "thread",
      href: `/threads/${thread.id}`,
    });
  }
  for (const project of projects.items.value ?? []) {
    const label = project.personal ? t("projects.personal") : project.name;
    all.push({
      id: project.id,
      label,
      hint: t("palette.project"),
      icon: "folder",
      href: `/projects/${project.id}`,
    });
  }
  for (const page of pages) {
    if (page.admin && me.value?.role !== "admin") continue;
    all.push({
      id: page.href,
      label: t(page.label),
      hint: t("palette.page"),
      icon: page.icon,
      href: page.href,
    });
  }
  return all;
}

/** Command palette: arrow keys select, Enter opens. Inside a project it offers a search in its files. */
export function Palette(props: { onClose: () => void }): JSX.Element {
  const { path, route } = useLocation();
  const ref = useRef<HTMLDialogElement>(null);
  const query = useSignal("");
  const chosen = useSignal(0);
  const found = useComputed(() => {
    const words = query.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const matching = entries().filter((entry) =>
      words.every((word) => entry.label.toLocaleLowerCase().includes(word)),
    );
    const project = /^\/projects\/([\w-]+)/.exec(path)?.[1];
    if (project && query.value.trim()) {
      const href = `/projects/${project}/knowledge?q=${encodeURIComponent(query.value.trim())}`;
      const label = t("palette.searchFiles", { query: query.value.trim() });
      matching.unshift({ id: "search", label, hint: t("palette.project"), icon: "search", href });
    }
    return matching.slice(0, 12);
  });
  useEffect(() => {
    ref.current?.showModal();
  }, []);
  const go = (entry: Entry | undefined) => {
    if (!entry) return;
    props.onClose();
    route(entry.href);
  };
  const move = (step: number) => {
    const count = found.value.length;
    if (count > 0) chosen.value = (chosen.value + step + count) % count;
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLInputElement>) => {
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter") go(found.value[chosen.value]);
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a press beside the dialog closes it; Escape is the key for it
    <dialog
      ref={ref}
      class="dialog palette"
      aria-label={t("shell.search")}
      onClose={props.onClose}
      onClick={(event) => {
        if (event.target === event.currentTarget) props.onClose();
      }}
    >
      <div class="palette-body">
        <label class="palette-input">
          <Icon name="search" />
          <span class="visually-hidden">{t("shell.search")}</span>
          <input
            type="search"
            // biome-ignore lint/a11y/noRedundantRoles: a search field is not a combobox without it
            role="combobox"
            list={undefined}
            aria-expanded="true"
            aria-controls="palette-list"
            aria-activedescendant={
              found.value[chosen.value] ? `palette-${chosen.value}` : undefined
            }
            autocomplete="off"
            placeholder={t("palette.placeholder")}
            value={query.value}
            onInput={(event) => {
              query.value = event.currentTarget.value;
              chosen.value = 0;
            }}
            onKeyDown={onKeyDown}
            autoFocus
          />
        </label>
        <div
          id="palette-list"
          role="listbox"
          aria-label={t("palette.results")}
          class="palette-list"
        >
          {found.value.map((entry, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the input's
            <div
              key={entry.id}
              id={`palette-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === chosen.value}
              class="palette-option"
              onMouseMove={() => {
                chosen.value = index;
              }}
              onClick={() => go(entry)}
            >
              <Icon name={entry.icon} size={18} />
              <span class="grow truncate">{entry.label}</span>
              <span class="faint small">{entry.hint}</span>
            </div>
          ))}
        </div>
        {found.value.length === 0 && <p class="palette-none">{t("palette.none")}</p>}
      </div>
    </dialog>
  );
}

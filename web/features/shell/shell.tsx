import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { t } from "../../lib/i18n.ts";
import { Brand } from "../../ui/brand.tsx";
import { IconButton } from "../../ui/button.tsx";
import { ConfirmPassword, FailedSignIns } from "../identity/index.ts";
import { OfflineBanner } from "./offline-banner.tsx";
import { Palette } from "./palette.tsx";
import { useShortcuts } from "./shortcuts.ts";
import { Sidebar } from "./sidebar.tsx";
import { projects, recentThreads } from "./workspace.ts";

const drawer = signal(false);
const palette = signal(false);

/** Frame of every signed-in page: sidebar (a drawer on phones), banner, content. */
export function Shell(props: { children: ComponentChildren }): JSX.Element {
  const { url } = useLocation();
  useEffect(() => {
    drawer.value = false;
    palette.value = false;
  }, [url]);
  useEffect(() => {
    if (!projects.items.peek()) void projects.load();
    if (!recentThreads.items.peek()) void recentThreads.load();
  }, []);
  useShortcuts({
    openPalette: () => {
      palette.value = true;
    },
    closeDrawer: () => {
      drawer.value = false;
    },
  });
  const openPalette = () => {
    drawer.value = false;
    palette.value = true;
  };
  return (
    <div class={drawer.value ? "shell drawer-open" : "shell"}>
      <a class="skip" href="#main">
        {t("shell.skip")}
      </a>
      <header class="topbar">
        <IconButton
          icon="menu"
          label={t("shell.openMenu")}
          tip="none"
          expanded={drawer.value}
          controls="sidebar"
          onClick={() => {
            drawer.value = true;
          }}
        />
        <a href="/" class="topbar-brand" aria-label={t("shell.home")}>
          <Brand />
        </a>
        <IconButton icon="search" label={t("shell.search")} tip="none" onClick={openPalette} />
      </header>
      <Sidebar
        onSearch={openPalette}
        onClose={() => {
          drawer.value = false;
        }}
      />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a press beside the drawer closes it; Escape is the key for it */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: as above */}
      <div
        class="drawer-scrim"
        onClick={() => {
          drawer.value = false;
        }}
      />
      <div class="content" inert={drawer.value}>
        <OfflineBanner />
        <FailedSignIns />
        {props.children}
      </div>
      <ConfirmPassword />
      {palette.value && (
        <Palette
          onClose={() => {
            palette.value = false;
          }}
        />
      )}
    </div>
  );
}

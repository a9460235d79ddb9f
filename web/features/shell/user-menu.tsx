import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { useAction } from "../../lib/action.ts";
import { t } from "../../lib/i18n.ts";
import { setTheme, theme } from "../../lib/theme.ts";
import { Avatar } from "../../ui/badge.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { me, signOut } from "../identity/index.ts";

/** The user menu in the sidebar: settings, theme, administration, sign-out. */
export function UserMenu(): JSX.Element | null {
  const { route } = useLocation();
  const leave = useAction(() => signOut(() => route("/sign-in", true)), { toast: true });
  const person = me.value;
  if (!person) return null;
  return (
    <Menu
      label={t("shell.account")}
      triggerClass="user-button"
      trigger={
        <>
          <Avatar name={person.name} />
          <span class="visually-hidden">{t("shell.account")}</span>
          <span class="user-name">
            <span class="truncate">{person.name}</span>
            <span class="truncate faint">{person.email}</span>
          </span>
          <Icon name="chevronDown" size={16} />
        </>
      }
      items={[
        { label: t("settings.title"), icon: "settings", onSelect: () => route("/settings") },
        person.role === "admin" && {
          label: t("admin.title"),
          icon: "admin",
          onSelect: () => route("/admin"),
        },
        {
          label: t("theme.system"),
          checked: theme.value === "system",
          icon: "monitor",
          onSelect: () => setTheme("system"),
        },
        {
          label: t("theme.light"),
          checked: theme.value === "light",
          icon: "sun",
          onSelect: () => setTheme("light"),
        },
        {
          label: t("theme.dark"),
          checked: theme.value === "dark",
          icon: "moon",
          onSelect: () => setTheme("dark"),
        },
        { label: t("shell.signOut"), icon: "signOut", onSelect: () => void leave.run() },
      ]}
    />
  );
}

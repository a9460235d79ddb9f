import type { JSX } from "preact";
import { useRoute } from "preact-iso";
import { t } from "../../lib/i18n.ts";
import { useTitle } from "../../lib/page-title.ts";
import { PageHead, Tabs } from "../../ui/tabs.tsx";
import { MyUsage } from "../metering/index.ts";
import { ApiKeys } from "./api-keys.tsx";
import { PasswordForm } from "./password-form.tsx";
import { ProfileForm } from "./profile-form.tsx";
import { Sessions } from "./sessions.tsx";

const tabs = [
  { id: "profile", label: "settings.profile" },
  { id: "security", label: "settings.security" },
  { id: "keys", label: "settings.keys" },
  { id: "usage", label: "usage.title" },
] as const;

/** The user's own settings: name, theme, password, sessions, API keys. */
export default function SettingsPage(): JSX.Element {
  useTitle(t("settings.title"));
  const { params } = useRoute();
  const tab = tabs.find((item) => item.id === params.tab)?.id ?? "profile";
  return (
    <main id="main" class="page narrow">
      <PageHead title={t("settings.title")} />
      <Tabs
        label={t("settings.title")}
        current={tab}
        tabs={tabs.map((item) => ({
          id: item.id,
          label: t(item.label),
          href: item.id === "profile" ? "/settings" : `/settings/${item.id}`,
        }))}
      />
      {tab === "profile" && <ProfileForm />}
      {tab === "security" && (
        <>
          <PasswordForm />
          <Sessions />
        </>
      )}
      {tab === "keys" && <ApiKeys />}
      {tab === "usage" && <MyUsage />}
    </main>
  );
}

import type { JSX } from "preact";
import { useRoute } from "preact-iso";
import { api, read } from "../../lib/api.ts";
import { addMessages, t } from "../../lib/i18n.ts";
import { useTitle } from "../../lib/page-title.ts";
import { admin } from "../../messages/en/admin.ts";
import { PageHead, Tabs } from "../../ui/tabs.tsx";
import { AgentList } from "../agents/index.ts";
import { AuditTab } from "../audit/index.ts";
import { me } from "../identity/index.ts";
import { ModelsTab, ProvidersTab } from "../models/index.ts";
import { NotFoundPage } from "../shell/index.ts";
import { UsersTab } from "./users-tab.tsx";
import { WorkspaceTab } from "./workspace-tab.tsx";

addMessages(admin);

const tabs = [
  { id: "users", label: "admin.users" },
  { id: "providers", label: "admin.providers" },
  { id: "models", label: "admin.models" },
  { id: "agents", label: "project.tab.agents" },
  { id: "workspace", label: "admin.workspace" },
  { id: "audit", label: "admin.audit" },
] as const;

/** Users, providers, models and settings of the workspace, for admins. */
export default function AdminPage(): JSX.Element {
  const { params } = useRoute();
  const tab = tabs.find((item) => item.id === params.tab)?.id ?? "users";
  useTitle(t("admin.title"));
  if (me.value?.role !== "admin") return <NotFoundPage />;
  return (
    <main id="main" class="page">
      <PageHead title={t("admin.title")} />
      <Tabs
        label={t("admin.title")}
        current={tab}
        tabs={tabs.map((item) => ({
          id: item.id,
          label: t(item.label),
          href: item.id === "users" ? "/admin" : `/admin/${item.id}`,
        }))}
      />
      {tab === "users" && <UsersTab />}
      {tab === "providers" && <ProvidersTab />}
      {tab === "models" && <ModelsTab />}
      {tab === "agents" && (
        <AgentList
          title={t("project.tab.agents")}
          detail={t("admin.agents.detail")}
          mayEdit
          workspace
          inputs={[]}
          read={(signal) => read(api.GET("/agents", { signal }))}
          create={(agent) => read(api.POST("/agents", { body: agent }))}
        />
      )}
      {tab === "workspace" && <WorkspaceTab />}
      {tab === "audit" && <AuditTab />}
    </main>
  );
}

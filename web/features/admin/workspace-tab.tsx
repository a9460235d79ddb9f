import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, ifMatch, read } from "../../lib/api.ts";
import { t } from "../../lib/i18n.ts";
import { useResource } from "../../lib/resource.ts";
import { toast } from "../../lib/toast.ts";
import { Select, Switch } from "../../ui/field.tsx";
import { ErrorState, Skeleton } from "../../ui/states.tsx";
import { Section } from "../../ui/tabs.tsx";
import { modelChoices } from "../models/index.ts";

/** The workspace's settings; each is saved when it changes. */
export function WorkspaceTab(): JSX.Element {
  const settings = useResource((signal) => read(api.GET("/admin/settings", { signal })), []);
  const models = useResource(
    async (signal) => (await read(api.GET("/admin/models", { signal }))).items,
    [],
  );
  const save = useAction(
    async (change: { signUpOpen?: boolean; defaultModelId?: string | null }) => {
      const version = settings.data.value?.version;
      settings.data.value = await read(
        api.PATCH("/admin/settings", {
          body: change,
          headers: version === undefined ? {} : ifMatch(version),
        }),
      );
      if (change.defaultModelId !== undefined) void modelChoices.load();
      toast(t("common.saved"));
    },
    { toast: true, onConflict: () => settings.load() },
  );
  const now = settings.data.value;
  const error = settings.error.value;
  return (
    <Section title={t("admin.workspace")} detail={t("admin.workspace.detail")}>
      {error && !now ? (
        <ErrorState
          title={t("admin.workspace.failed")}
          detail={error.detail}
          onRetry={() => void settings.load()}
        />
      ) : !now ? (
        <Skeleton lines={3} />
      ) : (
        <div class="stack">
          <Switch
            label={t("admin.signUp")}
            hint={t("admin.signUp.hint")}
            checked={now.signUpOpen}
            disabled={save.busy.value}
            onChange={(signUpOpen) => void save.run({ signUpOpen })}
          />
          <Select
            label={t("admin.defaultModel")}
            hint={t("admin.defaultModel.hint")}
            value={now.defaultModelId ?? ""}
            disabled={save.busy.value || !models.data.value}
            options={[
              { value: "", label: t("admin.defaultModel.auto") },
              ...(models.data.value ?? [])
                .filter((model) => model.enabled)
                .map((model) => ({ value: model.id, label: model.displayName })),
            ]}
            onChange={(value) => void save.run({ defaultModelId: value || null })}
          />
        </div>
      )}
    </Section>
  );
}

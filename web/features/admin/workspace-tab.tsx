import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { type Action, useAction } from "../../lib/action.ts";
import { api, ifMatch, read } from "../../lib/api.ts";
import type { ApiError, FieldProblem } from "../../lib/api-error.ts";
import { t } from "../../lib/i18n.ts";
import { useResource } from "../../lib/resource.ts";
import { toast } from "../../lib/toast.ts";
import { typed } from "../../ui/bind.ts";
import { Button } from "../../ui/button.tsx";
import { Input, Select, Switch } from "../../ui/field.tsx";
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
    async (change: {
      signUpOpen?: boolean;
      signUpDomains?: string[];
      defaultModelId?: string | null;
    }) => {
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
    {
      toast: (failure) => domainProblem(failure) === undefined,
      onConflict: () => settings.load(),
    },
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
          {now.signUpOpen && (
            <SignUpDomains version={now.version} domains={now.signUpDomains} save={save} />
          )}
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

/** The problem with a domain, which its field shows. */
function domainProblem(failure: ApiError | undefined): FieldProblem | undefined {
  return failure?.errors.find(({ path }) => /^signUpDomains\.\d+$/.test(path));
}

/** The domains of the e-mail addresses that may sign up, as a line of text. */
function SignUpDomains(props: {
  version: number;
  domains: string[];
  save: Action<[{ signUpDomains: string[] }]>;
}): JSX.Element {
  const saved = props.domains.join(", ");
  const text = useSignal(saved);
  // What was saved, here or by somebody else, replaces what is typed; the field keeps the focus.
  useEffect(() => {
    text.value = saved;
  }, [props.version]);
  const signUpDomains = text.value.split(/[\s,;]+/).filter((domain) => domain !== "");
  const refused = domainProblem(props.save.error.value);
  const wrong = refused && signUpDomains[Number(refused.path.split(".")[1])];
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void props.save.run({ signUpDomains });
      }}
    >
      <Input
        label={t("admin.signUpDomains")}
        hint={t("admin.signUpDomains.hint")}
        placeholder="example.com"
        {...typed(text)}
        error={wrong && t("admin.signUpDomains.wrong", { domain: wrong })}
      />
      {signUpDomains.join(", ") !== saved && (
        <div class="row">
          <Button type="submit" busy={props.save.busy.value}>
            {t("common.save")}
          </Button>
        </div>
      )}
    </form>
  );
}

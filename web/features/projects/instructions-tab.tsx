import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, at, ifMatch, read } from "../../lib/api.ts";
import type { Project } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import type { Resource } from "../../lib/resource.ts";
import { toast } from "../../lib/toast.ts";
import { typed } from "../../ui/bind.ts";
import { Button } from "../../ui/button.tsx";
import { Textarea } from "../../ui/field.tsx";
import { FormError } from "../../ui/form-error.tsx";
import { Section } from "../../ui/tabs.tsx";

/** Instructions for every answer in the project. */
export function InstructionsTab(props: {
  project: Project;
  resource: Resource<Project>;
}): JSX.Element {
  const { project, resource } = props;
  const text = useSignal(project.instructions);
  const mayEdit = project.role !== "viewer";
  const save = useAction(
    async () => {
      resource.data.value = await read(
        api.PATCH("/projects/{projectId}", {
          ...at({ projectId: project.id }),
          body: { instructions: text.value },
          headers: ifMatch(project.version),
        }),
      );
      toast(t("common.saved"));
    },
    { onConflict: () => resource.load() },
  );
  const conflict = save.error.value?.status === 412;
  const changed = text.value !== project.instructions;
  return (
    <Section title={t("project.tab.instructions")} detail={t("instructions.detail")}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void save.run();
        }}
      >
        <FormError error={save.error.value}>
          {conflict ? (
            <>
              <span class="grow">{t("instructions.conflict")}</span>
              <Button
                size="sm"
                onClick={() => {
                  text.value = project.instructions;
                  save.error.value = undefined;
                }}
              >
                {t("instructions.takeTheirs")}
              </Button>
            </>
          ) : undefined}
        </FormError>
        <Textarea
          label={t("instructions.label")}
          placeholder={t("instructions.placeholder")}
          rows={12}
          maxLength={50_000}
          disabled={!mayEdit}
          {...typed(text)}
        />
        {mayEdit && (
          <div class="row">
            <Button type="submit" look="primary" disabled={!changed} busy={save.busy.value}>
              {t("common.save")}
            </Button>
            {changed && <span class="muted small">{t("common.unsaved")}</span>}
          </div>
        )}
      </form>
    </Section>
  );
}

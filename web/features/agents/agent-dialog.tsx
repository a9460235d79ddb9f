import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, at, ifMatch } from "../../lib/api.ts";
import type { Agent, NewAgent } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { chosen, typed } from "../../ui/bind.ts";
import { Input, Select, Textarea } from "../../ui/field.tsx";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { effortOf, effortOptions, modelChoices } from "../models/index.ts";

function numberOrNull(text: string): number | null {
  return text.trim() === "" ? null : Number(text);
}

export function AgentDialog(props: {
  agent: Agent | undefined;
  create: (agent: NewAgent) => Promise<Agent>;
  onSaved: () => void;
  /** Called when someone else has changed it meanwhile. */
  onConflict: () => void;
  onClose: () => void;
}): JSX.Element {
  const { agent } = props;
  const name = useSignal(agent?.name ?? "");
  const description = useSignal(agent?.description ?? "");
  const instructions = useSignal(agent?.instructions ?? "");
  const modelId = useSignal(agent?.modelId ?? "");
  const temperature = useSignal(agent?.temperature?.toString() ?? "");
  const cap = useSignal(agent?.maxOutputTokens?.toString() ?? "");
  const effort = useSignal<string>(agent?.effort ?? "");
  const save = useAction(
    async () => {
      const fields: NewAgent = {
        name: name.value.trim(),
        description: description.value,
        instructions: instructions.value,
        modelId: modelId.value || null,
        temperature: numberOrNull(temperature.value),
        maxOutputTokens: numberOrNull(cap.value),
        effort: effortOf(effort.value),
      };
      if (agent)
        await api.PATCH("/agents/{agentId}", {
          ...at({ agentId: agent.id }),
          body: fields,
          headers: ifMatch(agent.version),
        });
      else await props.create(fields);
      props.onSaved();
    },
    { onConflict: props.onConflict },
  );
  const failure = save.error.value;
  return (
    <FormDialog
      title={agent ? t("agents.edit") : t("agents.new")}
      wide
      onClose={props.onClose}
      action={save}
    >
      <Input
        label={t("field.name")}
        {...typed(name)}
        maxLength={120}
        error={failure?.field("name")}
        required
        autoFocus
      />
      <Input
        label={t("field.description")}
        {...typed(description)}
        maxLength={2000}
        error={failure?.field("description")}
      />
      <Textarea
        label={t("agents.instructions")}
        hint={t("agents.instructions.hint")}
        rows={6}
        maxLength={50_000}
        {...typed(instructions)}
        error={failure?.field("instructions")}
      />
      <div class="columns">
        <Select
          label={t("composer.model")}
          {...chosen(modelId)}
          options={[
            { value: "", label: t("agents.defaultModel") },
            ...(modelChoices.data.value ?? []).map((model) => ({
              value: model.id,
              label: model.displayName,
            })),
          ]}
        />
        <Input
          label={t("agents.temperature")}
          type="number"
          inputMode="decimal"
          min={0}
          max={2}
          step={0.1}
          placeholder={t("agents.modelsOwn")}
          {...typed(temperature)}
          error={failure?.field("temperature")}
        />
        <Input
          label={t("agents.cap")}
          type="number"
          inputMode="numeric"
          min={1}
          max={1_000_000}
          placeholder={t("agents.modelsOwn")}
          {...typed(cap)}
          error={failure?.field("maxOutputTokens")}
        />
        <Select
          label={t("effort")}
          hint={t("effort.hint")}
          {...chosen(effort)}
          options={effortOptions(t("agents.modelsOwn"))}
        />
      </div>
    </FormDialog>
  );
}

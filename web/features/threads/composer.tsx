import { useSignal, useSignalEffect } from "@preact/signals";
import type { ComponentChildren, JSX, TargetedKeyboardEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useAction } from "../../lib/action.ts";
import { t } from "../../lib/i18n.ts";
import { useResource } from "../../lib/resource.ts";
import { chosen } from "../../ui/bind.ts";
import { IconButton } from "../../ui/button.tsx";
import { Select } from "../../ui/field.tsx";
import { FormError } from "../../ui/form-error.tsx";
import { agentsFor } from "../agents/index.ts";
import { effortOf, effortOptions, modelChoices } from "../models/index.ts";
import { AttachButton, Attached } from "./attach-files.tsx";
import { readDraft, writeDraft } from "./draft.ts";
import type { Choice } from "./start-thread.ts";

export type ComposerProps = {
  /** Storage key of the draft. */
  draftKey: string;
  projectId: string | undefined;
  placeholder: string;
  /** An answer is running: the button stops it, and sending is disabled. */
  running?: boolean | undefined;
  disabled?: boolean | undefined;
  /** Whether files can be added to the project here. */
  attach?: boolean | undefined;
  autoFocus?: boolean | undefined;
  note?: ComponentChildren;
  initial?: Choice | undefined;
  onSend: (text: string, choice: Choice) => Promise<void>;
  onStop?: (() => void) | undefined;
};

const MAX_TEXT = 100_000;

/** The message input. Enter sends, Shift+Enter inserts a line break. */
export function Composer(props: ComposerProps): JSX.Element {
  const text = useSignal(readDraft(props.draftKey));
  const modelId = useSignal(props.initial?.modelId ?? "");
  const agentId = useSignal(props.initial?.agentId ?? "");
  const effort = useSignal<string>(props.initial?.effort ?? "");
  const box = useRef<HTMLTextAreaElement>(null);
  useSignalEffect(() => writeDraft(props.draftKey, text.value));
  useEffect(() => {
    // Fallback for browsers that cannot size the box by its content.
    if (!box.current || CSS.supports("field-sizing", "content")) return;
    box.current.style.height = "auto";
    box.current.style.height = `${box.current.scrollHeight}px`;
  }, [text.value]);
  useEffect(() => {
    if (!modelChoices.data.peek()) void modelChoices.load();
    if (props.autoFocus && matchMedia("(pointer: fine)").matches) box.current?.focus();
  }, []);
  const agents = useResource(
    (signal) => (props.projectId ? agentsFor(props.projectId, signal) : Promise.resolve([])),
    [props.projectId],
  );
  const send = useAction(async () => {
    const sent = text.value;
    await props.onSend(sent.trim(), {
      modelId: modelId.value || null,
      agentId: agentId.value || null,
      effort: effortOf(effort.value),
    });
    if (text.value === sent) text.value = "";
    writeDraft(props.draftKey, text.value);
  });
  const ready = text.value.trim() !== "" && !props.running && !props.disabled && !send.busy.value;
  const submit = () => {
    if (ready) void send.run();
  };
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  };
  const agentList = agents.data.value ?? [];
  const modelList = modelChoices.data.value ?? [];
  const model = modelList.find(({ id, isDefault }) =>
    modelId.value ? id === modelId.value : isDefault,
  );
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <FormError error={send.error.value} />
      {props.attach && props.projectId && <Attached projectId={props.projectId} />}
      <div class="composer-box">
        <textarea
          ref={box}
          data-composer
          class="composer-text"
          dir="auto"
          aria-label={t("composer.label")}
          placeholder={props.placeholder}
          rows={1}
          maxLength={MAX_TEXT}
          value={text.value}
          disabled={props.disabled}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
          onKeyDown={onKeyDown}
        />
        <div class="composer-bar">
          <div class="composer-choices">
            {props.attach && props.projectId && <AttachButton projectId={props.projectId} />}
            {agentList.length > 1 && (
              <Select
                bare
                label={t("composer.agent")}
                {...chosen(agentId)}
                options={[
                  {
                    value: "",
                    label:
                      agentList.find((agent) => agent.isDefault)?.name ??
                      t("composer.defaultAgent"),
                  },
                  ...agentList
                    .filter((agent) => !agent.isDefault)
                    .map((agent) => ({ value: agent.id, label: agent.name })),
                ]}
              />
            )}
            {modelList.length > 0 && (
              <Select
                bare
                label={t("composer.model")}
                {...chosen(modelId)}
                options={[
                  {
                    value: "",
                    label:
                      modelList.find((model) => model.isDefault)?.displayName ??
                      t("composer.defaultModel"),
                  },
                  ...modelList
                    .filter((model) => !model.isDefault)
                    .map((model) => ({ value: model.id, label: model.displayName })),
                ]}
              />
            )}
            {model?.reasoning && (
              <Select
                bare
                label={t("effort")}
                {...chosen(effort)}
                options={effortOptions(t("effort.auto"))}
              />
            )}
          </div>
          {props.running ? (
            <IconButton
              icon="stop"
              look="primary"
              class="composer-send"
              label={t("composer.stop")}
              tip="above"
              onClick={() => props.onStop?.()}
            />
          ) : (
            <IconButton
              icon="send"
              type="submit"
              look="primary"
              class="composer-send"
              label={t("composer.send")}
              tip="above"
              disabled={!ready}
            />
          )}
        </div>
      </div>
      <p class="composer-note">{props.running ? t("composer.running") : props.note}</p>
    </form>
  );
}

import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import type { AdminProvider } from "../../lib/api-types.ts";
import { type MessageId, t } from "../../lib/i18n.ts";
import { Select } from "../../ui/field.tsx";

type Dialect = AdminProvider["dialect"];
type Choices<Field extends keyof Dialect> = readonly NonNullable<Dialect[Field]>[];

/** The choices of each field besides following address and model; a new field must be added to compile. */
const FIELDS: {
  [Field in keyof Required<Dialect>]: { label: MessageId; choices: Choices<Field> };
} = {
  outputLimit: {
    label: "dialect.outputLimit",
    choices: ["max_tokens", "max_completion_tokens"],
  },
  systemRole: { label: "dialect.systemRole", choices: ["system", "developer", "user"] },
  reasoning: {
    label: "dialect.reasoning",
    choices: ["effort", "openrouter", "adaptive", "budget", "none"],
  },
  temperature: { label: "dialect.temperature", choices: [true, false] },
  includeUsage: { label: "dialect.includeUsage", choices: [true, false] },
  cacheBreakpoints: { label: "dialect.cacheBreakpoints", choices: [true, false] },
  signedThinking: { label: "dialect.signedThinking", choices: [true, false] },
};

/** The changes of a dialect in a form. */
export function useDialect(initial: Dialect | undefined): Signal<Dialect> {
  return useSignal<Dialect>(initial ?? {});
}

/** What calls are asked like, where an admin knows better than address and model name tell. */
export function DialectFields(props: { dialect: Signal<Dialect> }): JSX.Element {
  const set = (change: Dialect) => {
    props.dialect.value = { ...props.dialect.value, ...change };
  };
  const field = <Field extends keyof Dialect>(name: Field) => {
    const choices: Choices<Field> = FIELDS[name].choices;
    return (
      <Select
        key={name}
        label={t(FIELDS[name].label)}
        value={String(props.dialect.value[name] ?? "")}
        options={[
          { value: "", label: t("dialect.auto") },
          ...choices.map((choice) => ({ value: String(choice), label: wordFor(choice) })),
        ]}
        onChange={(value) => {
          set({ [name]: choices.find((choice) => String(choice) === value) });
        }}
      />
    );
  };
  return (
    <div class="columns">
      {field("outputLimit")}
      {field("systemRole")}
      {field("reasoning")}
      {field("temperature")}
      {field("includeUsage")}
      {field("cacheBreakpoints")}
      {field("signedThinking")}
    </div>
  );
}

/** Values are the wire's own words, apart from yes and no. */
function wordFor(choice: string | boolean): string {
  if (typeof choice === "string") return choice;
  return choice ? t("dialect.sent") : t("dialect.notSent");
}

import { type ComponentChildren, h, type JSX, type LooseInputHTMLAttributes } from "preact";
import { useId } from "preact/hooks";
import { t } from "../lib/i18n.ts";

type FieldProps = {
  label: string;
  hint?: ComponentChildren;
  error?: string | undefined;
  children: (ids: {
    id: string;
    describedBy: string | undefined;
    invalid: boolean;
  }) => ComponentChildren;
};

/** A label and its control; hint and error are announced with the control. */
export function Field(props: FieldProps): JSX.Element {
  const id = useId();
  const hintId = props.hint ? `${id}-hint` : "";
  const errorId = props.error ? `${id}-error` : "";
  // Some messages are the end of a sentence that begins with the field: "is taken".
  const ends = props.error !== undefined && /^[a-z]/.test(props.error);
  const describedBy = `${hintId} ${errorId}`.trim() || undefined;
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      {props.children({ id, describedBy, invalid: Boolean(props.error) })}
      {props.hint && (
        <p class="field-hint" id={hintId}>
          {props.hint}
        </p>
      )}
      {props.error && (
        <p class="field-error" id={errorId} role="alert">
          {ends
            ? t("field.problem", { field: props.label, message: props.error ?? "" })
            : props.error}
        </p>
      )}
    </div>
  );
}

type Shared = {
  label: string;
  name?: string | undefined;
  hint?: ComponentChildren;
  error?: string | undefined;
  required?: boolean | undefined;
  disabled?: boolean | undefined;
};

export type InputProps = Shared & {
  value?: string | undefined;
  onInput?: ((value: string) => void) | undefined;
  type?: "text" | "email" | "password" | "number" | "search" | "url" | "date" | undefined;
  autoComplete?: string | undefined;
  placeholder?: string | undefined;
  minLength?: number | undefined;
  maxLength?: number | undefined;
  min?: number | string | undefined;
  max?: number | string | undefined;
  step?: number | string | undefined;
  autoFocus?: boolean | undefined;
  inputMode?: "text" | "numeric" | "decimal" | "email" | "url" | undefined;
};

export function Input(props: InputProps): JSX.Element {
  return (
    <Field label={props.label} hint={props.hint} error={props.error}>
      {({ id, describedBy, invalid }) =>
        // Not JSX: there an input's type must be known, as its other attributes depend on it.
        h<LooseInputHTMLAttributes<HTMLInputElement>>("input", {
          id,
          class: "input",
          type: props.type ?? "text",
          name: props.name,
          value: props.value,
          onInput: (event) => props.onInput?.(event.currentTarget.value),
          autocomplete: props.autoComplete ?? "off",
          placeholder: props.placeholder,
          minLength: props.minLength,
          maxLength: props.maxLength,
          min: props.min,
          max: props.max,
          step: props.step,
          inputMode: props.inputMode,
          required: props.required,
          disabled: props.disabled,
          autoFocus: props.autoFocus,
          "aria-invalid": invalid ? "true" : undefined,
          "aria-describedby": describedBy,
        })
      }
    </Field>
  );
}

export type TextareaProps = Shared & {
  value?: string | undefined;
  onInput?: ((value: string) => void) | undefined;
  rows?: number | undefined;
  maxLength?: number | undefined;
  placeholder?: string | undefined;
};

export function Textarea(props: TextareaProps): JSX.Element {
  return (
    <Field label={props.label} hint={props.hint} error={props.error}>
      {({ id, describedBy, invalid }) => (
        <textarea
          id={id}
          class="input textarea"
          name={props.name}
          value={props.value}
          rows={props.rows ?? 4}
          maxLength={props.maxLength}
          placeholder={props.placeholder}
          required={props.required}
          disabled={props.disabled}
          onInput={(event) => props.onInput?.(event.currentTarget.value)}
          aria-invalid={invalid ? "true" : undefined}
          aria-describedby={describedBy}
        />
      )}
    </Field>
  );
}

export type Option<Value extends string> = {
  value: Value;
  label: string;
  disabled?: boolean | undefined;
};

export type SelectProps<Value extends string> = Shared & {
  value: Value;
  onChange: (value: Value) => void;
  options: readonly Option<Value>[];
  /** Hides the label visually, where the context already names the control. */
  bare?: boolean | undefined;
};

export function Select<Value extends string>(props: SelectProps<Value>): JSX.Element {
  const select = (id: string | undefined, describedBy?: string, invalid?: boolean) => (
    <select
      id={id}
      class={props.bare ? "select-bare" : "input select"}
      name={props.name}
      value={props.value}
      required={props.required}
      disabled={props.disabled}
      aria-label={props.bare ? props.label : undefined}
      aria-invalid={invalid ? "true" : undefined}
      aria-describedby={describedBy}
      onChange={(event) => {
        const picked = props.options.find(({ value }) => value === event.currentTarget.value);
        if (picked) props.onChange(picked.value);
      }}
    >
      {props.options.map((option) => (
        <option key={option.value} value={option.value} disabled={option.disabled}>
          {option.label}
        </option>
      ))}
    </select>
  );
  if (props.bare) return select(undefined);
  return (
    <Field label={props.label} hint={props.hint} error={props.error}>
      {({ id, describedBy, invalid }) => select(id, describedBy, invalid)}
    </Field>
  );
}

export function Switch(props: {
  label: string;
  hint?: ComponentChildren;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean | undefined;
}): JSX.Element {
  const id = useId();
  return (
    <div class="switch">
      <input
        id={id}
        type="checkbox"
        role="switch"
        checked={props.checked}
        aria-checked={props.checked}
        disabled={props.disabled}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <label for={id}>{props.label}</label>
      {props.hint && (
        <p class="field-hint" id={`${id}-hint`}>
          {props.hint}
        </p>
      )}
    </div>
  );
}

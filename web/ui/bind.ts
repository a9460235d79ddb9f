import type { Signal } from "@preact/signals";

/** Binds a text control to a signal: `<Input {...typed(name)} />`. */
export function typed(text: Signal<string>) {
  return {
    value: text.value,
    onInput: (value: string) => {
      text.value = value;
    },
  };
}

/** Binds a `Switch` to a signal. */
export function switched(on: Signal<boolean>) {
  return {
    checked: on.value,
    onChange: (checked: boolean) => {
      on.value = checked;
    },
  };
}

/** Binds a `Select` to a signal. */
export function chosen<Value extends string>(choice: Signal<Value>) {
  return {
    value: choice.value,
    onChange: (value: Value) => {
      choice.value = value;
    },
  };
}

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { t } from "../../lib/i18n.ts";
import { Button } from "../../ui/button.tsx";
import { Input } from "../../ui/field.tsx";
import { FormError } from "./form-error.tsx";

export type AccountFields = { name: string; email: string; password: string };

/** Name, e-mail and password of a new account; used by the first one and by sign-up. */
export function AccountForm(props: {
  action: string;
  onSubmit: (fields: AccountFields) => Promise<void>;
}): JSX.Element {
  const name = useSignal("");
  const email = useSignal("");
  const password = useSignal("");
  const submit = useAction(() =>
    props.onSubmit({ name: name.value.trim(), email: email.value, password: password.value }),
  );
  const failure = submit.error.value;
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void submit.run();
      }}
    >
      <FormError error={failure?.errors.length ? undefined : failure} />
      <Input
        label={t("field.name")}
        name="name"
        autoComplete="name"
        maxLength={120}
        value={name.value}
        error={failure?.field("name")}
        onInput={(value) => {
          name.value = value;
        }}
        required
        autoFocus
      />
      <Input
        label={t("field.email")}
        type="email"
        name="email"
        autoComplete="username"
        value={email.value}
        error={failure?.field("email")}
        onInput={(value) => {
          email.value = value;
        }}
        required
      />
      <Input
        label={t("field.password")}
        type="password"
        name="password"
        autoComplete="new-password"
        minLength={10}
        maxLength={200}
        hint={t("field.password.hint")}
        value={password.value}
        error={failure?.field("password")}
        onInput={(value) => {
          password.value = value;
        }}
        required
      />
      <Button type="submit" look="primary" busy={submit.busy.value}>
        {props.action}
      </Button>
    </form>
  );
}

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { t } from "../../lib/i18n.ts";
import { typed } from "../../ui/bind.ts";
import { Button } from "../../ui/button.tsx";
import { Input } from "../../ui/field.tsx";
import { FormError } from "../../ui/form-error.tsx";
import { NewPasswordInput } from "./new-password-input.tsx";

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
        {...typed(name)}
        error={failure?.field("name")}
        required
        autoFocus
      />
      <Input
        label={t("field.email")}
        type="email"
        name="email"
        autoComplete="username"
        {...typed(email)}
        error={failure?.field("email")}
        required
      />
      <NewPasswordInput
        label={t("field.password")}
        name="password"
        password={password}
        owner={{ name: name.value, email: email.value }}
        error={failure?.field("password")}
      />
      <Button type="submit" look="primary" busy={submit.busy.value}>
        {props.action}
      </Button>
    </form>
  );
}

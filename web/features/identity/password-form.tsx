import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api } from "../../lib/api.ts";
import { t } from "../../lib/i18n.ts";
import { toast } from "../../lib/toast.ts";
import { switched, typed } from "../../ui/bind.ts";
import { Button } from "../../ui/button.tsx";
import { Input, Switch } from "../../ui/field.tsx";
import { FormError } from "../../ui/form-error.tsx";
import { Section } from "../../ui/tabs.tsx";
import { NewPasswordInput } from "./new-password-input.tsx";
import { me } from "./session.ts";

export function PasswordForm(): JSX.Element {
  const current = useSignal("");
  const next = useSignal("");
  const revokeKeys = useSignal(true);
  const save = useAction(async () => {
    await api.POST("/me/password", {
      body: {
        currentPassword: current.value,
        newPassword: next.value,
        revokeKeys: revokeKeys.value,
      },
    });
    current.value = "";
    next.value = "";
    toast(t(revokeKeys.value ? "settings.password.changedAll" : "settings.password.changed"));
    revokeKeys.value = true;
  });
  const failure = save.error.value;
  return (
    <Section title={t("field.password")} detail={t("settings.password.detail")}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void save.run();
        }}
      >
        <FormError error={failure} />
        <input
          type="hidden"
          name="username"
          autocomplete="username"
          value={me.value?.email ?? ""}
        />
        <Input
          label={t("settings.password.current")}
          type="password"
          autoComplete="current-password"
          {...typed(current)}
          required
        />
        <NewPasswordInput
          label={t("settings.password.new")}
          password={next}
          owner={me.value ?? undefined}
          error={failure?.field("newPassword")}
        />
        <Switch
          label={t("settings.password.revokeKeys")}
          hint={t("settings.password.revokeKeys.hint")}
          {...switched(revokeKeys)}
        />
        <div class="row">
          <Button type="submit" look="primary" busy={save.busy.value}>
            {t("settings.password.action")}
          </Button>
        </div>
      </form>
    </Section>
  );
}

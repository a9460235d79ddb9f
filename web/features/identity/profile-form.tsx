import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, read } from "../../lib/api.ts";
import { t } from "../../lib/i18n.ts";
import { setTheme, theme } from "../../lib/theme.ts";
import { toast } from "../../lib/toast.ts";
import { typed } from "../../ui/bind.ts";
import { Button } from "../../ui/button.tsx";
import { Input, Select } from "../../ui/field.tsx";
import { FormError } from "../../ui/form-error.tsx";
import { Section } from "../../ui/tabs.tsx";
import { me } from "./session.ts";

export function ProfileForm(): JSX.Element {
  const name = useSignal(me.value?.name ?? "");
  const save = useAction(async () => {
    me.value = await read(api.PATCH("/me", { body: { name: name.value.trim() } }));
    toast(t("common.saved"));
  });
  return (
    <>
      <Section title={t("settings.profile")}>
        <form
          class="stack"
          onSubmit={(event) => {
            event.preventDefault();
            void save.run();
          }}
        >
          <FormError error={save.error.value} />
          <Input
            label={t("field.name")}
            autoComplete="name"
            {...typed(name)}
            maxLength={120}
            required
          />
          <Input
            label={t("field.email")}
            value={me.value?.email ?? ""}
            disabled
            hint={t("settings.email.hint")}
          />
          <div class="row">
            <Button
              type="submit"
              look="primary"
              busy={save.busy.value}
              disabled={name.value.trim() === "" || name.value.trim() === me.value?.name}
            >
              {t("common.save")}
            </Button>
          </div>
        </form>
      </Section>
      <Section title={t("settings.look")} detail={t("settings.look.detail")}>
        <Select
          label={t("theme.label")}
          value={theme.value}
          options={[
            { value: "system", label: t("theme.system") },
            { value: "light", label: t("theme.light") },
            { value: "dark", label: t("theme.dark") },
          ]}
          onChange={(value) => setTheme(value === "light" || value === "dark" ? value : "system")}
        />
      </Section>
    </>
  );
}

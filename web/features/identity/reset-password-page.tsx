import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { useAction } from "../../lib/action.ts";
import { api } from "../../lib/api.ts";
import { t } from "../../lib/i18n.ts";
import { useTitle } from "../../lib/page-title.ts";
import { toast } from "../../lib/toast.ts";
import { typed } from "../../ui/bind.ts";
import { Button } from "../../ui/button.tsx";
import { Input } from "../../ui/field.tsx";
import { FormError } from "../../ui/form-error.tsx";
import { PublicPage } from "./public-page.tsx";

/** A new password, by the one-time link that an admin hands out. */
export default function ResetPasswordPage(): JSX.Element {
  useTitle(t("reset.title"));
  const { query, route } = useLocation();
  const password = useSignal("");
  const submit = useAction(async () => {
    await api.POST("/auth/password-reset", {
      body: {
        token: query.token ?? "",
        newPassword: password.value,
      },
    });
    toast(t("reset.done"));
    route("/sign-in", true);
  });
  return (
    <PublicPage title={t("reset.title")}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit.run();
        }}
      >
        <p class="muted">{t("reset.detail")}</p>
        <FormError error={submit.error.value} />
        <Input
          label={t("settings.password.new")}
          type="password"
          name="new-password"
          autoComplete="new-password"
          minLength={10}
          maxLength={200}
          hint={t("field.password.hint")}
          {...typed(password)}
          required
          autoFocus
        />
        <Button type="submit" look="primary" busy={submit.busy.value}>
          {t("reset.action")}
        </Button>
      </form>
    </PublicPage>
  );
}

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { useAction } from "../../lib/action.ts";
import { api } from "../../lib/api.ts";
import { t } from "../../lib/i18n.ts";
import { useTitle } from "../../lib/page-title.ts";
import { toast } from "../../lib/toast.ts";
import { Button } from "../../ui/button.tsx";
import { FormError } from "../../ui/form-error.tsx";
import { NewPasswordInput } from "./new-password-input.tsx";
import { PublicPage } from "./public-page.tsx";

/** Sets a new password with a one-time link from an admin. */
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
        <NewPasswordInput
          label={t("settings.password.new")}
          name="new-password"
          password={password}
          error={submit.error.value?.field("newPassword")}
          autoFocus
        />
        <Button type="submit" look="primary" busy={submit.busy.value}>
          {t("reset.action")}
        </Button>
      </form>
    </PublicPage>
  );
}

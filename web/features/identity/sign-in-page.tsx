import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { useAction } from "../../lib/action.ts";
import { api, read } from "../../lib/api.ts";
import { t } from "../../lib/i18n.ts";
import { useTitle } from "../../lib/page-title.ts";
import { typed } from "../../ui/bind.ts";
import { Button } from "../../ui/button.tsx";
import { Input } from "../../ui/field.tsx";
import { FormError } from "../../ui/form-error.tsx";
import { PublicPage } from "./public-page.tsx";
import { failedBefore, loadSetup, me, returnPath, setup } from "./session.ts";

export default function SignInPage(): JSX.Element {
  useTitle(t("signIn.title"));
  const { query, route } = useLocation();
  const email = useSignal("");
  const password = useSignal("");
  const submit = useAction(async () => {
    const signedIn = await read(
      api.POST("/auth/sign-in", {
        body: {
          email: email.value,
          password: password.value,
        },
      }),
    );
    me.value = signedIn;
    failedBefore.value = signedIn.failedBefore;
    route(returnPath(query), true);
  });
  useEffect(() => {
    loadSetup().then(
      (state) => {
        if (state.needed) route("/setup", true);
      },
      () => undefined,
    );
  }, []);
  return (
    <PublicPage
      title={t("signIn.title")}
      footer={
        setup.value?.signUpOpen && (
          <>
            {t("signIn.noAccount")} <a href="/sign-up">{t("signUp.action")}</a>
          </>
        )
      }
    >
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit.run();
        }}
      >
        <FormError error={submit.error.value} />
        <Input
          label={t("field.email")}
          type="email"
          name="email"
          autoComplete="username"
          {...typed(email)}
          required
          autoFocus
        />
        <Input
          label={t("field.password")}
          type="password"
          name="password"
          autoComplete="current-password"
          {...typed(password)}
          required
        />
        <Button type="submit" look="primary" busy={submit.busy.value}>
          {t("signIn.action")}
        </Button>
      </form>
    </PublicPage>
  );
}

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { api, read } from "../../lib/api.ts";
import { t } from "../../lib/i18n.ts";
import { useTitle } from "../../lib/page-title.ts";
import { AccountForm } from "./account-form.tsx";
import { PublicPage } from "./public-page.tsx";
import { loadSetup, me, returnPath, setup } from "./session.ts";

export default function SignUpPage(): JSX.Element {
  useTitle(t("signUp.title"));
  const { query, route } = useLocation();
  useEffect(() => {
    loadSetup().then(
      (state) => {
        if (state.needed) route("/setup", true);
      },
      () => undefined,
    );
  }, []);
  const closed = setup.value?.signUpOpen === false;
  return (
    <PublicPage
      title={t("signUp.title")}
      detail={closed ? t("signUp.closed") : undefined}
      footer={
        <>
          {t("signUp.haveAccount")} <a href="/sign-in">{t("signIn.action")}</a>
        </>
      }
    >
      {!closed && (
        <AccountForm
          action={t("signUp.action")}
          onSubmit={async (fields) => {
            me.value = await read(api.POST("/auth/sign-up", { body: fields }));
            route(returnPath(query), true);
          }}
        />
      )}
    </PublicPage>
  );
}

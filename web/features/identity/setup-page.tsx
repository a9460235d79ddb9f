import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { api, read } from "../../lib/api.ts";
import { t } from "../../lib/i18n.ts";
import { useTitle } from "../../lib/page-title.ts";
import { AccountForm } from "./account-form.tsx";
import { PublicPage } from "./public-page.tsx";
import { loadSetup, me, setup } from "./session.ts";

/** Creates the first account; opened by the setup link on the console. */
export default function SetupPage(): JSX.Element {
  useTitle(t("setup.title"));
  const { query, route } = useLocation();
  const token = query.token;
  useEffect(() => {
    loadSetup().then(
      (state) => {
        if (!state.needed) route("/sign-in", true);
      },
      () => undefined,
    );
  }, []);
  return (
    <PublicPage title={t("setup.title")} detail={t(token ? "setup.detail" : "setup.noLink")}>
      <AccountForm
        action={t("setup.action")}
        onSubmit={async (fields) => {
          me.value = await read(
            api.POST("/setup", { body: token ? { ...fields, token } : fields }),
          );
          setup.value = undefined;
          route("/", true);
        }}
      />
    </PublicPage>
  );
}

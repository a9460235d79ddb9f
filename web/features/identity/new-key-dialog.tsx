import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, read } from "../../lib/api.ts";
import type { CreatedApiKey } from "../../lib/api-types.ts";
import { formatDate, t } from "../../lib/i18n.ts";
import { chosen, switched, typed } from "../../ui/bind.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Input, Select, Switch } from "../../ui/field.tsx";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { SecretBox } from "../../ui/secret-box.tsx";
import { endOfLife, offeredLives, usualLife } from "./key-life.ts";
import { me } from "./session.ts";

export function NewKeyDialog(props: {
  /** Maximum lifetime of a new key in days; null: unlimited. */
  maxDays: number | null;
  onClose: () => void;
  onCreated: (key: CreatedApiKey) => void;
}): JSX.Element {
  const { maxDays } = props;
  const name = useSignal("");
  const scope = useSignal<"read" | "write">("write");
  const manages = useSignal(false);
  const days = useSignal(String(usualLife(maxDays)));
  const life = days.value === "" ? null : Number(days.value);
  const end = endOfLife(life);
  const create = useAction(async () => {
    const key = await read(
      api.POST("/me/api-keys", {
        body: {
          name: name.value.trim(),
          scopes: [
            "read",
            ...(scope.value === "write" ? ["write" as const] : []),
            ...(manages.value ? ["admin" as const] : []),
          ],
          expiresInDays: life,
        },
      }),
    );
    props.onCreated(key);
  });
  return (
    <FormDialog
      title={t("keys.new")}
      onClose={props.onClose}
      action={create}
      submit={t("keys.create")}
    >
      <Input
        label={t("field.name")}
        hint={t("keys.name.hint")}
        {...typed(name)}
        maxLength={120}
        required
        autoFocus
      />
      <Select
        label={t("keys.scope")}
        {...chosen(scope)}
        options={[
          { value: "write", label: t("keys.scope.write") },
          { value: "read", label: t("keys.scope.read") },
        ]}
      />
      <Select
        label={t("keys.expiry")}
        hint={
          <>
            {end && t("keys.endsOn", { date: formatDate(end) })}
            {end && maxDays !== null && " "}
            {maxDays !== null && t("keys.maxDays", { count: maxDays })}
          </>
        }
        {...chosen(days)}
        options={offeredLives(maxDays).map((count) =>
          count === null
            ? { value: "", label: t("keys.untilRevoked") }
            : { value: String(count), label: t("keys.days", { count }) },
        )}
      />
      {me.value?.role === "admin" && (
        <Switch
          label={t("keys.scope.admin")}
          hint={t("keys.scope.admin.hint")}
          {...switched(manages)}
        />
      )}
    </FormDialog>
  );
}

/** Shows a secret, once. */
export function ShowKeyDialog(props: { made: CreatedApiKey; onClose: () => void }): JSX.Element {
  const { key, expiresAt } = props.made;
  return (
    <Dialog
      title={t("keys.made.title")}
      onClose={props.onClose}
      footer={
        <Button look="primary" onClick={props.onClose}>
          {t("common.done")}
        </Button>
      }
    >
      <p>{t("keys.made.text")}</p>
      <SecretBox value={key} />
      <p class="muted small">
        {expiresAt ? t("keys.endsOn", { date: formatDate(expiresAt) }) : t("keys.endsNever")}
      </p>
    </Dialog>
  );
}

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, at, ifMatch } from "../../lib/api.ts";
import type { AdminProvider, NewProvider, ProviderChange } from "../../lib/api-types.ts";
import { type MessageId, t } from "../../lib/i18n.ts";
import { chosen, typed } from "../../ui/bind.ts";
import { Input, Select } from "../../ui/field.tsx";
import { FormDialog } from "../../ui/form-dialog.tsx";

/** Each wire format of the API must have a choice here to compile. */
const KINDS: { [K in NewProvider["kind"]]: { value: K; label: MessageId } } = {
  anthropic: { value: "anthropic", label: "provider.kind.anthropic" },
  google: { value: "google", label: "provider.kind.google" },
  openai: { value: "openai", label: "provider.kind.openai" },
};

export function ProviderDialog(props: {
  provider: AdminProvider | undefined;
  onSaved: () => void;
  /** Called when someone else has changed it meanwhile. */
  onConflict: () => void;
  onClose: () => void;
}): JSX.Element {
  const { provider } = props;
  const kind = useSignal<NewProvider["kind"]>("anthropic");
  const name = useSignal(provider?.name ?? "");
  const baseUrl = useSignal(provider?.baseUrl ?? "");
  const key = useSignal("");
  const save = useAction(
    async () => {
      const address = baseUrl.value.trim() || null;
      if (provider) {
        const change: ProviderChange = { name: name.value.trim() };
        if (address !== provider.baseUrl) change.baseUrl = address;
        if (key.value.trim() !== "") change.apiKey = key.value.trim();
        await api.PATCH("/admin/providers/{providerId}", {
          ...at({ providerId: provider.id }),
          body: change,
          headers: ifMatch(provider.version),
        });
      } else {
        await api.POST("/admin/providers", {
          body: {
            kind: kind.value,
            name: name.value.trim(),
            baseUrl: address,
            apiKey: key.value.trim() || null,
          },
        });
      }
      props.onSaved();
    },
    { onConflict: props.onConflict },
  );
  const failure = save.error.value;
  return (
    <FormDialog
      title={provider ? t("provider.edit") : t("provider.new")}
      onClose={props.onClose}
      action={save}
    >
      {!provider && (
        <Select
          label={t("provider.kind")}
          {...chosen(kind)}
          options={Object.values(KINDS).map(({ value, label }) => ({ value, label: t(label) }))}
        />
      )}
      <Input
        label={t("field.name")}
        {...typed(name)}
        maxLength={80}
        error={failure?.field("name")}
        required
        autoFocus
      />
      <Input
        label={t("provider.baseUrl")}
        type="url"
        hint={t("provider.baseUrl.hint")}
        {...typed(baseUrl)}
        maxLength={500}
        error={failure?.field("baseUrl")}
      />
      <Input
        label={t("provider.key")}
        type="password"
        autoComplete="off"
        hint={provider?.hasKey ? t("provider.key.keep") : t("provider.key.hint")}
        {...typed(key)}
        maxLength={500}
        error={failure?.field("apiKey")}
      />
    </FormDialog>
  );
}

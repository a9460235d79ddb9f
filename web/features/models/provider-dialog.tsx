import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, at, ifMatch, read } from "../../lib/api.ts";
import type { AdminProvider, NewProvider, ProviderChange } from "../../lib/api-types.ts";
import { type MessageId, t } from "../../lib/i18n.ts";
import { useResource } from "../../lib/resource.ts";
import { chosen, typed } from "../../ui/bind.ts";
import { Input, Select, Textarea } from "../../ui/field.tsx";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { DialectFields, useDialect } from "./dialect-fields.tsx";
import { headersIn, linesOf } from "./header-lines.ts";

/** Where a key may go. */
const AUTH_FORMS: readonly NonNullable<AdminProvider["auth"]>[] = [
  "bearer",
  "api-key",
  "x-api-key",
  "x-goog-api-key",
];

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
  /** An address to save instead of the provider's. */
  suggested?: string | undefined;
  onClose: () => void;
}): JSX.Element {
  const { provider } = props;
  const kind = useSignal<NewProvider["kind"]>("anthropic");
  const name = useSignal(provider?.name ?? "");
  const baseUrl = useSignal(props.suggested ?? provider?.baseUrl ?? "");
  const key = useSignal("");
  const auth = useSignal<string>(provider?.auth ?? "");
  const headers = useSignal(linesOf(provider?.headers ?? []));
  const dialect = useDialect(provider?.dialect);
  const preset = useSignal("");
  const presets = useResource(
    async (signal) =>
      provider ? [] : (await read(api.GET("/admin/provider-presets", { signal }))).items,
    [],
  );
  const take = (id: string) => {
    preset.value = id;
    const known = presets.data.value?.find((item) => item.id === id);
    if (!known) return;
    kind.value = known.kind;
    name.value = known.name;
    baseUrl.value = known.baseUrl ?? "";
    auth.value = known.auth ?? "";
  };
  const save = useAction(
    async () => {
      const address = baseUrl.value.trim() || null;
      const connection = {
        auth: AUTH_FORMS.find((form) => form === auth.value) ?? null,
        headers: headersIn(headers.value, provider?.headers),
        dialect: dialect.value,
      };
      if (provider) {
        const change: ProviderChange = { name: name.value.trim(), auth: connection.auth };
        if (headers.value !== linesOf(provider.headers)) change.headers = connection.headers;
        if (JSON.stringify(dialect.value) !== JSON.stringify(provider.dialect))
          change.dialect = connection.dialect;
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
            ...connection,
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
      wide
      onClose={props.onClose}
      action={save}
    >
      {!provider && (
        <div class="columns">
          <Select
            label={t("provider.preset")}
            value={preset.value}
            onChange={take}
            options={[
              { value: "", label: t("provider.preset.other") },
              ...(presets.data.value ?? []).map((item) => ({ value: item.id, label: item.name })),
            ]}
          />
          <Select
            label={t("provider.kind")}
            {...chosen(kind)}
            options={Object.values(KINDS).map(({ value, label }) => ({ value, label: t(label) }))}
          />
        </div>
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
      <details class="filters">
        <summary>{t("provider.advanced")}</summary>
        <div class="stack">
          <Select
            label={t("provider.auth")}
            {...chosen(auth)}
            options={[
              { value: "", label: t("dialect.auto") },
              ...AUTH_FORMS.map((form) => ({ value: form, label: form })),
            ]}
          />
          <Textarea
            label={t("provider.headers")}
            hint={t("provider.headers.hint")}
            rows={3}
            {...typed(headers)}
            error={failure?.errors.find(({ path }) => path.startsWith("headers"))?.message}
          />
          <DialectFields dialect={dialect} />
        </div>
      </details>
    </FormDialog>
  );
}

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { api, at, ifMatch, read } from "../../lib/api.ts";
import type { AdminModel, AdminProvider } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { useResource } from "../../lib/resource.ts";
import { chosen, switched, typed } from "../../ui/bind.ts";
import { Input, Select, Switch } from "../../ui/field.tsx";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { type Dollars, dollarsOf, pricesOf } from "./dollars.ts";
import { namesToOffer } from "./names-to-offer.ts";

const priceFields = [
  { key: "input", label: "model.priceIn" },
  { key: "output", label: "model.priceOut" },
  { key: "cacheRead", label: "model.priceCacheRead" },
  { key: "cacheWrite", label: "model.priceCacheWrite" },
] as const;

/** A model of a provider. Fields known to the catalogue can be left out. */
export function ModelDialog(props: {
  model: AdminModel | undefined;
  providers: readonly AdminProvider[];
  onSaved: () => void;
  /** Called when someone else has changed it meanwhile. */
  onConflict: () => void;
  onClose: () => void;
}): JSX.Element {
  const { model } = props;
  const providerId = useSignal(model?.providerId ?? props.providers[0]?.id ?? "");
  const name = useSignal(model?.name ?? "");
  const displayName = useSignal(model?.displayName ?? "");
  const contextWindow = useSignal(model?.contextWindow.toString() ?? "");
  const maxOutput = useSignal(model?.maxOutputTokens.toString() ?? "");
  const dollars = useSignal<Dollars>(dollarsOf(model?.prices));
  const forget = useSignal(false);
  const learned = Object.entries(model?.learned ?? {}).map(([field, value]) => `${field} ${value}`);
  const provider = props.providers.find((item) => item.id === providerId.value);
  const catalogue = useResource(
    async (signal) => {
      if (model || !provider || provider.kind === "excerpts") return [];
      const query = { kind: provider.kind, baseUrl: provider.baseUrl ?? undefined };
      return (await read(api.GET("/admin/catalogue", { params: { query }, signal }))).items;
    },
    [provider?.id],
  );
  const offered = useResource(
    async (signal) => {
      if (model || !provider) return [];
      const path = { providerId: provider.id };
      const list = await read(
        api.GET("/admin/providers/{providerId}/models", { params: { path }, signal }),
      );
      return list.items.map((item) => item.name);
    },
    [provider?.id],
  );
  const entries = catalogue.data.value ?? [];
  const names = namesToOffer(entries, offered.data.value ?? []);
  const take = (chosen: string) => {
    name.value = chosen;
    const entry = entries.find((item) => item.name === chosen);
    if (!entry) {
      displayName.value = contextWindow.value = maxOutput.value = "";
      dollars.value = dollarsOf(undefined);
      return;
    }
    displayName.value = entry.displayName;
    contextWindow.value = entry.contextWindow?.toString() ?? "";
    maxOutput.value = entry.maxOutputTokens.toString();
    dollars.value = dollarsOf(entry.prices);
  };
  const save = useAction(
    async () => {
      const prices = pricesOf(dollars.value);
      const fields = {
        ...(displayName.value.trim() === "" ? {} : { displayName: displayName.value.trim() }),
        ...(contextWindow.value === "" ? {} : { contextWindow: Number(contextWindow.value) }),
        ...(maxOutput.value === "" ? {} : { maxOutputTokens: Number(maxOutput.value) }),
      };
      const known = JSON.stringify(prices) === JSON.stringify(pricesOf(dollarsOf(model?.prices)));
      if (model) {
        const change = {
          ...fields,
          ...(known ? {} : { prices: prices ?? null }),
          ...(forget.value ? { forgetLearned: true } : {}),
        };
        await api.PATCH("/admin/models/{modelId}", {
          ...at({ modelId: model.id }),
          body: change,
          headers: ifMatch(model.version),
        });
      } else {
        const entry = entries.find((item) => item.name === name.value.trim());
        const same = JSON.stringify(prices) === JSON.stringify(pricesOf(dollarsOf(entry?.prices)));
        await api.POST("/admin/models", {
          body: {
            providerId: providerId.value,
            name: name.value.trim(),
            ...fields,
            ...(prices === undefined || (entry && same) ? {} : { prices }),
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
      title={model ? t("model.edit") : t("model.new")}
      wide
      onClose={props.onClose}
      action={save}
    >
      {!model && (
        <div class="columns">
          <Select
            label={t("model.provider")}
            {...chosen(providerId)}
            options={props.providers.map((item) => ({ value: item.id, label: item.name }))}
          />
          {names.length > 0 && (
            <Select
              label={t("model.catalogue")}
              value={names.some(({ value }) => value === name.value) ? name.value : ""}
              options={[{ value: "", label: t("model.catalogue.other") }, ...names]}
              onChange={take}
            />
          )}
        </div>
      )}
      <div class="columns">
        <Input
          label={t("model.name")}
          hint={t("model.name.hint")}
          {...typed(name)}
          maxLength={200}
          disabled={model !== undefined}
          error={failure?.field("name")}
          required
        />
        <Input
          label={t("model.displayName")}
          {...typed(displayName)}
          maxLength={120}
          error={failure?.field("displayName")}
        />
        <Input
          label={t("model.context")}
          type="number"
          min={1}
          {...typed(contextWindow)}
          error={failure?.field("contextWindow")}
        />
        <Input
          label={t("agents.cap")}
          type="number"
          min={1}
          {...typed(maxOutput)}
          error={failure?.field("maxOutputTokens")}
        />
      </div>
      <fieldset class="columns">
        <legend class="legend">{t("model.prices")}</legend>
        {priceFields.map((field) => (
          <Input
            key={field.key}
            label={t(field.label)}
            type="number"
            min={0}
            step="any"
            inputMode="decimal"
            value={dollars.value[field.key]}
            error={failure?.field(`prices.${field.key}`)}
            onInput={(value) => {
              dollars.value = { ...dollars.value, [field.key]: value };
            }}
          />
        ))}
      </fieldset>
      {learned.length > 0 && (
        <Switch
          label={t("model.learned.forget")}
          hint={t("model.learned", { what: learned.join(", ") })}
          {...switched(forget)}
        />
      )}
    </FormDialog>
  );
}

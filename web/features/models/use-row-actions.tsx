import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useAction } from "../../lib/action.ts";
import { type MessageId, t } from "../../lib/i18n.ts";
import { toast } from "../../lib/toast.ts";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import type { MenuItem } from "../../ui/menu.tsx";
import { modelChoices } from "./model-choices.ts";

type Row = { id: string; version: number; enabled: boolean };

export type RowActions<Item extends Row> = {
  /** The item in the dialog. */
  editing: Signal<Item | "new" | undefined>;
  /** Closes the dialog; after a save the list is reloaded. */
  close: (saved?: "saved") => void;
  /** The entries of an item's menu. */
  edit: (item: Item) => MenuItem;
  onOff: (item: Item) => MenuItem;
  remove: (item: Item) => MenuItem;
  /** The confirmation dialog, while removal is requested. */
  question: JSX.Element | null;
};

/** The admin's actions on models and providers: edit, enable and disable, remove after confirmation. */
export function useRowActions<Item extends Row>(of: {
  /** Enables or disables an item; the server answers 412 for an outdated version. */
  switchTo: (item: Item, enabled: boolean) => Promise<unknown>;
  /** Removes an item on the server. */
  drop: (item: Item) => Promise<unknown>;
  nameOf: (item: Item) => string;
  words: Record<"remove" | "title" | "text" | "removed", MessageId>;
  reload: () => Promise<unknown>;
}): RowActions<Item> {
  const editing = useSignal<Item | "new" | undefined>(undefined);
  const removing = useSignal<Item | undefined>(undefined);
  const refresh = async () => {
    await Promise.all([of.reload(), modelChoices.load()]);
  };
  const toggle = useAction(
    async (item: Item) => {
      await of.switchTo(item, !item.enabled);
      await refresh();
    },
    { toast: true, onConflict: refresh },
  );
  const remove = useAction(
    async (item: Item) => {
      await of.drop(item);
      removing.value = undefined;
      toast(t(of.words.removed, { name: of.nameOf(item) }));
      await refresh();
    },
    { toast: true },
  );
  const asked = removing.value;
  return {
    editing,
    close: (saved) => {
      editing.value = undefined;
      if (saved) void refresh();
    },
    edit: (item) => ({
      label: t("common.edit"),
      icon: "edit",
      onSelect: () => {
        editing.value = item;
      },
    }),
    onOff: (item) => ({
      label: t(item.enabled ? "admin.switchOff" : "admin.switchOn"),
      icon: item.enabled ? "lock" : "check",
      onSelect: () => void toggle.run(item),
    }),
    remove: (item) => ({
      label: t(of.words.remove),
      icon: "trash",
      danger: true,
      onSelect: () => {
        removing.value = item;
      },
    }),
    question: asked ? (
      <ConfirmDialog
        title={t(of.words.title, { name: of.nameOf(asked) })}
        action={t(of.words.remove)}
        busy={remove.busy.value}
        onConfirm={() => void remove.run(asked)}
        onClose={() => {
          removing.value = undefined;
        }}
      >
        <p>{t(of.words.text)}</p>
      </ConfirmDialog>
    ) : null,
  };
}

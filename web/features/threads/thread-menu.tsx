import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { attempt, useAction } from "../../lib/action.ts";
import { api, at, read } from "../../lib/api.ts";
import type { Thread } from "../../lib/api-types.ts";
import { t } from "../../lib/i18n.ts";
import { toast } from "../../lib/toast.ts";
import { typed } from "../../ui/bind.ts";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { Input } from "../../ui/field.tsx";
import { FormDialog } from "../../ui/form-dialog.tsx";
import { Menu } from "../../ui/menu.tsx";
import { restoreTime } from "../identity/index.ts";
import { recentThreads } from "../shell/index.ts";

type Props = {
  thread: Thread;
  onChanged: (thread: Thread) => void;
  onDeleted?: (() => void) | undefined;
};

/** Actions on a thread: rename, share or unshare, delete. */
export function ThreadMenu({ thread, onChanged, onDeleted }: Props): JSX.Element {
  const asking = useSignal<"rename" | "delete" | undefined>(undefined);
  const close = () => {
    asking.value = undefined;
  };
  const share = useAction(
    async () => {
      const visibility = thread.visibility === "private" ? "project" : "private";
      const changed = await read(
        api.PATCH("/threads/{threadId}", { ...at({ threadId: thread.id }), body: { visibility } }),
      );
      toast(t(visibility === "project" ? "threads.sharedToast" : "threads.unsharedToast"));
      onChanged(changed);
    },
    { toast: true },
  );
  const restore = async () => {
    await api.POST("/threads/{threadId}/restore", at({ threadId: thread.id }));
    onChanged(thread);
    await recentThreads.load();
  };
  const remove = useAction(
    async () => {
      await api.DELETE("/threads/{threadId}", at({ threadId: thread.id }));
      close();
      onDeleted?.();
      onChanged(thread);
      void recentThreads.load();
      toast(t("threads.deletedToast"), {
        undoes: thread.id,
        action: {
          label: t("common.undo"),
          run: () => attempt(restore()),
        },
      });
    },
    { toast: true },
  );
  return (
    <>
      <Menu
        label={t("threads.menu", { title: thread.title || t("threads.untitled") })}
        items={[
          {
            label: t("threads.rename"),
            icon: "edit",
            onSelect: () => {
              asking.value = "rename";
            },
          },
          thread.visibility === "private"
            ? {
                label: t("threads.share"),
                icon: "people",
                hint: t("threads.share.hint"),
                onSelect: () => void share.run(),
              }
            : {
                label: t("threads.unshare"),
                icon: "lock",
                hint: t("threads.unshare.hint"),
                onSelect: () => void share.run(),
              },
          {
            label: t("common.delete"),
            icon: "trash",
            danger: true,
            onSelect: () => {
              asking.value = "delete";
            },
          },
        ]}
      />
      {asking.value === "rename" && (
        <RenameDialog thread={thread} onChanged={onChanged} onClose={close} />
      )}
      {asking.value === "delete" && (
        <ConfirmDialog
          title={t("threads.delete.title")}
          action={t("common.delete")}
          busy={remove.busy.value}
          onConfirm={() => void remove.run()}
          onClose={close}
        >
          <p>{t("threads.delete.text", { time: restoreTime() })}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

function RenameDialog(props: Props & { onClose: () => void }): JSX.Element {
  const title = useSignal(props.thread.title);
  const save = useAction(async () => {
    const changed = await read(
      api.PATCH("/threads/{threadId}", {
        ...at({ threadId: props.thread.id }),
        body: {
          title: title.value.trim(),
        },
      }),
    );
    void recentThreads.load();
    props.onClose();
    props.onChanged(changed);
  });
  return (
    <FormDialog title={t("threads.rename")} onClose={props.onClose} action={save}>
      <Input label={t("field.title")} {...typed(title)} maxLength={200} required autoFocus />
    </FormDialog>
  );
}

import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect } from "preact/hooks";
import { attempt } from "../../lib/action.ts";

/** Other anchors, such as that of the skip link, name no message. */
const MESSAGE_ID = /^[\da-f-]{36}$/;

/**
 * Follows links to a message, `/threads/…#<message id>`, on arrival and while the page is open.
 * @param ready whether the thread is loaded.
 * @param load loads the message, wherever it is.
 */
export function useLinkedMessage(ready: boolean, load: (id: string) => Promise<void>): void {
  const target = useSignal<string | undefined>(undefined);
  useEffect(() => {
    if (!ready) return;
    const follow = () => {
      const id = location.hash.slice(1);
      if (!MESSAGE_ID.test(id)) return;
      attempt(
        load(id).then(() => {
          target.value = id;
        }),
      );
    };
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [ready]);
  const id = target.value;
  useLayoutEffect(() => {
    const message = id === undefined ? null : document.getElementById(id);
    if (!message) return;
    message.scrollIntoView();
    message.focus({ preventScroll: true });
    target.value = undefined;
  });
}

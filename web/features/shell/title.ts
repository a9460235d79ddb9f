import { useEffect } from "preact/hooks";
import { announce } from "./announce.ts";

/** Names the page in the browser's tab and to screen readers, as a page of its own would be. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title === undefined) return;
    document.title = `${title} · Atelier`;
    announce(title);
  }, [title]);
}

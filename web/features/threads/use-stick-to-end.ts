import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";

/** So near to the end, in px, counts as being there. */
const NEAR = 96;

/**
 * Keeps the window at the end of a growing page for as long as the reader is there. Scrolling up
 * lets go at once and nothing pulls the reader back; coming back to the end takes hold again.
 */
export function useStickToEnd(): { away: ReadonlySignal<boolean>; jump: () => void } {
  const away = useSignal(false);
  const state = useMemo(() => ({ following: true, last: 0 }), []);
  useEffect(() => {
    const page = document.documentElement;
    const distance = () => page.scrollHeight - innerHeight - scrollY;
    const onScroll = () => {
      const up = scrollY < state.last - 1;
      state.last = scrollY;
      if (distance() < NEAR) state.following = true;
      else if (up) state.following = false;
      away.value = !state.following && distance() > innerHeight / 2;
    };
    const observer = new ResizeObserver(() => {
      if (state.following) scrollTo(0, page.scrollHeight);
    });
    observer.observe(document.body);
    addEventListener("scroll", onScroll, { passive: true });
    return () => {
      observer.disconnect();
      removeEventListener("scroll", onScroll);
    };
  }, []);
  return {
    away,
    jump: () => {
      state.following = true;
      away.value = false;
      scrollTo(0, document.documentElement.scrollHeight);
    },
  };
}

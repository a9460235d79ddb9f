import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";

/** Distance to the end in px that counts as being there. */
const NEAR = 96;

/**
 * Keeps a growing page scrolled to its end while the reader is there. Scrolling up releases it at once;
 * scrolling back to the end sticks again.
 */
export function useStickToEnd(): {
  away: ReadonlySignal<boolean>;
  jump: () => void;
  /** Stays where the page is, as after scrolling up. */
  release: () => void;
} {
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
    release: () => {
      state.following = false;
    },
  };
}

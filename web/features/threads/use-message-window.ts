import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** So many messages are drawn at first, and so many more each time. */
const STEP = 40;

/**
 * How many of a long thread's last messages are drawn. More are added before the reader reaches the
 * first of them; the browser keeps what is being read in its place.
 */
export function useMessageWindow(total: number): {
  count: ReadonlySignal<number>;
  sentinel: RefObject<HTMLButtonElement | null>;
  more: () => void;
} {
  const count = useSignal(STEP);
  const sentinel = useRef<HTMLButtonElement | null>(null);
  const more = () => {
    count.value += STEP;
  };
  const hidden = total > count.value;
  useEffect(() => {
    const element = sentinel.current;
    if (!hidden || !element) return;
    const observer = new IntersectionObserver(
      (entries) => {
        // At the very top the browser has nothing to hold on to, so the reader asks for more there.
        if (entries.some((entry) => entry.isIntersecting) && scrollY > 0) more();
      },
      { rootMargin: "100% 0px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [hidden, count.value]);
  return { count, sentinel, more };
}

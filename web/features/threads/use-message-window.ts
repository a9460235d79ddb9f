import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Messages drawn at first, and added each time. */
const STEP = 40;

/**
 * Number of a long thread's last messages that are drawn. More are added before the reader reaches the first;
 * the browser's scroll anchoring keeps the position.
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
        // At the very top there is no scroll anchor, so a button loads more there.
        if (entries.some((entry) => entry.isIntersecting) && scrollY > 0) more();
      },
      { rootMargin: "100% 0px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [hidden, count.value]);
  return { count, sentinel, more };
}

import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

let observer: IntersectionObserver | undefined;
const waiting = new WeakMap<Element, () => void>();

/** One observer for all: what comes within two windows of the one that is seen. */
function observe(element: Element, act: () => void): () => void {
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const entry of entries) if (entry.isIntersecting) waiting.get(entry.target)?.();
    },
    { rootMargin: "200% 0px" },
  );
  waiting.set(element, act);
  observer.observe(element);
  return () => {
    waiting.delete(element);
    observer?.unobserve(element);
  };
}

/** Whether an element has ever been near the window; at once when `already` says so. */
export function useNearViewport(ref: RefObject<Element | null>, already: boolean): boolean {
  const [near, setNear] = useState(already);
  useEffect(() => {
    if (near || !ref.current) return;
    return observe(ref.current, () => setNear(true));
  }, [near]);
  return near || already;
}

import { useEffect, useState } from "preact/hooks";

/** Height in px that a message has at least, with the space around it. */
const LEAST_HEIGHT = 80;

/**
 * The messages to draw: first those that the window at the end of the page may hold, and the ones before them once
 * these are on the screen.
 */
export function useNewestFirst<Item>(messages: readonly Item[]): readonly Item[] {
  const [all, setAll] = useState(false);
  const some = messages.length > 0;
  useEffect(() => {
    if (!some) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    // A frame's callbacks run before it is painted, a timer that they set runs after.
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => setAll(true));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [some]);
  return all ? messages : messages.slice(-Math.ceil(innerHeight / LEAST_HEIGHT));
}

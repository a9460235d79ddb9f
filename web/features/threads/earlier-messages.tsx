import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useAction } from "../../lib/action.ts";
import { t } from "../../lib/i18n.ts";

/**
 * Loads the messages before the first one: by itself when the reader comes near, and by a button, for the very
 * top of the page and after a failure.
 */
export function EarlierMessages(props: {
  /** The first message that is loaded. */
  firstId: string;
  load: () => Promise<void>;
}): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const load = useAction(props.load);
  const failed = load.error.value;
  useEffect(() => {
    if (!place.current) return;
    const observer = new IntersectionObserver(
      (entries) => {
        // At the very top nothing says that the reader wants to go on.
        if (entries.some((entry) => entry.isIntersecting) && scrollY > 0) void load.run();
      },
      { rootMargin: "100% 0px" },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [props.firstId]);
  return (
    <div class="earlier" ref={place}>
      {failed && (
        <p class="muted small" role="alert">
          {t("thread.earlier.failed")} {failed.detail}
        </p>
      )}
      <button
        type="button"
        class="jump"
        aria-busy={load.busy.value}
        onClick={() => void load.run()}
      >
        {t(load.busy.value ? "common.loading" : failed ? "common.tryAgain" : "thread.earlier")}
      </button>
    </div>
  );
}

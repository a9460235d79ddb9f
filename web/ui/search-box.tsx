import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./icon.tsx";

/** Pause in typing after which the search begins, in ms. */
const PAUSE_MS = 300;

/** A search field. It searches when typing pauses, at once on Enter, and when it is cleared. */
export function SearchBox(props: {
  label: string;
  /** What is searched now; a change from outside replaces what is typed. */
  query: string;
  maxLength: number;
  /** Called with the trimmed text when it differs from the query; empty: no search. */
  onSearch: (query: string) => void;
}): JSX.Element {
  const { query } = props;
  const typed = useSignal(query);
  /** The text that was searched last from here. */
  const asked = useRef(query);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    // The answer to what was typed here must not replace what was typed since.
    if (query !== asked.current) typed.value = query;
    asked.current = query;
  }, [query]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const search = (text: string) => {
    clearTimeout(timer.current);
    const wanted = text.trim();
    if (wanted === asked.current) return;
    asked.current = wanted;
    props.onSearch(wanted);
  };
  return (
    <search>
      <form
        class="search-box"
        onSubmit={(event) => {
          event.preventDefault();
          search(typed.value);
        }}
      >
        <Icon name="search" size={18} />
        <input
          type="search"
          class="input"
          aria-label={props.label}
          placeholder={props.label}
          value={typed.value}
          maxLength={props.maxLength}
          onInput={(event) => {
            const text = event.currentTarget.value;
            typed.value = text;
            clearTimeout(timer.current);
            if (text === "") search("");
            else timer.current = setTimeout(() => search(text), PAUSE_MS);
          }}
        />
      </form>
    </search>
  );
}

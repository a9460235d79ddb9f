import type { ComponentChildren, JSX } from "preact";

export type Tone = "plain" | "accent" | "ok" | "warn" | "danger";

export function Badge(props: {
  tone?: Tone | undefined;
  children: ComponentChildren;
}): JSX.Element {
  return <span class={`badge ${props.tone ?? "plain"}`}>{props.children}</span>;
}

/** Initials on a colour derived from the name; the name itself is shown beside it. */
export function Avatar(props: { name: string; size?: "sm" | "md" }): JSX.Element {
  const words = props.name.trim().split(/\s+/);
  const first = [...(words[0] ?? "")][0] ?? "?";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  let hue = 7;
  for (const letter of props.name) hue = (hue * 31 + (letter.codePointAt(0) ?? 0)) % 360;
  return (
    <span
      class={`avatar ${props.size ?? "md"}`}
      style={{ "--hue": String(hue) }}
      aria-hidden="true"
    >
      {(first + last).toLocaleUpperCase()}
    </span>
  );
}

/** A progress bar between 0 and 1; indeterminate without a value. */
export function Progress(props: {
  value?: number | undefined;
  label: string;
  tone?: Tone | undefined;
}): JSX.Element {
  return (
    <progress
      class={`progress ${props.tone ?? "accent"}`}
      value={props.value}
      max={1}
      aria-label={props.label}
    />
  );
}

export function Kbd(props: { keys: string }): JSX.Element {
  return (
    <span class="kbd" aria-hidden="true">
      {props.keys.split(" ").map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  );
}

export function Spinner(): JSX.Element {
  return <span class="spinner" aria-hidden="true" />;
}

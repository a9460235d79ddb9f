import type { ComponentChildren, JSX, TargetedMouseEvent } from "preact";
import { Icon, type IconName } from "./icon.tsx";

type Look = "primary" | "plain" | "quiet" | "danger";

type Common = {
  look?: Look | undefined;
  size?: "md" | "sm" | undefined;
  icon?: IconName | undefined;
  class?: string | undefined;
  children?: ComponentChildren;
};

export type ButtonProps = Common & {
  type?: "button" | "submit" | undefined;
  disabled?: boolean | undefined;
  /** Shows a spinner without changing the width; the button is disabled meanwhile. */
  busy?: boolean | undefined;
  onClick?: ((event: TargetedMouseEvent<HTMLButtonElement>) => void) | undefined;
  form?: string | undefined;
  autoFocus?: boolean | undefined;
};

function classes(props: Common, extra = ""): string {
  const size = props.size === "sm" ? " sm" : "";
  return `button ${props.look ?? "plain"}${size} ${extra} ${props.class ?? ""}`.trim();
}

export function Button(props: ButtonProps): JSX.Element {
  return (
    <button
      type={props.type ?? "button"}
      class={classes(props)}
      disabled={props.disabled || props.busy}
      aria-busy={props.busy ? "true" : undefined}
      onClick={props.onClick}
      form={props.form}
      // biome-ignore lint/a11y/noAutofocus: for a dialog whose first control is not the one it is about
      autoFocus={props.autoFocus}
    >
      {props.icon && <Icon name={props.icon} size={18} />}
      <span>{props.children}</span>
    </button>
  );
}

export function LinkButton(props: Common & { href: string }): JSX.Element {
  return (
    <a class={classes(props)} href={props.href}>
      {props.icon && <Icon name={props.icon} size={18} />}
      <span>{props.children}</span>
    </a>
  );
}

export type IconButtonProps = {
  icon: IconName;
  /** Accessible name, also shown as a tooltip. */
  label: string;
  onClick?: ((event: TargetedMouseEvent<HTMLButtonElement>) => void) | undefined;
  look?: Look | undefined;
  size?: "md" | "sm" | undefined;
  disabled?: boolean | undefined;
  pressed?: boolean | undefined;
  expanded?: boolean | undefined;
  controls?: string | undefined;
  type?: "button" | "submit" | undefined;
  tip?: "above" | "below" | "none" | undefined;
  class?: string | undefined;
};

export function IconButton(props: IconButtonProps): JSX.Element {
  return (
    <button
      type={props.type ?? "button"}
      class={classes(
        { look: props.look ?? "quiet", size: props.size, class: props.class },
        "icon-only",
      )}
      aria-label={props.label}
      data-tip={props.tip === "none" ? undefined : props.label}
      data-tip-side={props.tip ?? "below"}
      aria-pressed={props.pressed === undefined ? undefined : props.pressed}
      aria-expanded={props.expanded === undefined ? undefined : props.expanded}
      aria-controls={props.controls}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <Icon name={props.icon} size={props.size === "sm" ? 16 : 20} />
    </button>
  );
}

import type { ComponentChildren, JSX, TargetedKeyboardEvent } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { IconButton } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";

export type MenuItem = {
  label: string;
  icon?: IconName | undefined;
  hint?: string | undefined;
  danger?: boolean | undefined;
  disabled?: boolean | undefined;
  checked?: boolean | undefined;
  onSelect: () => void;
};

export type MenuProps = {
  label: string;
  items: readonly (MenuItem | null | false | undefined)[];
  icon?: IconName | undefined;
  size?: "md" | "sm" | undefined;
  /** Content of a button other than the three dots; also its accessible name. */
  trigger?: ComponentChildren;
  triggerClass?: string | undefined;
};

/** Places the list below the button, or above it at the end of the viewport, always inside the viewport. */
function place(list: HTMLElement, button: HTMLElement): void {
  const at = button.getBoundingClientRect();
  const size = list.getBoundingClientRect();
  const gap = 4;
  const below = at.bottom + gap + size.height < innerHeight;
  const top = below ? at.bottom + gap : Math.max(8, at.top - gap - size.height);
  const left = at.left + size.width + 8 < innerWidth ? at.left : at.right - size.width;
  list.style.top = `${top}px`;
  list.style.left = `${Math.max(8, left)}px`;
}

/** A menu button. Arrow keys move, Home and End jump, Escape and a click elsewhere close it. */
export function Menu(props: MenuProps): JSX.Element {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const wrap = useRef<HTMLSpanElement>(null);
  const [open, setOpen] = useState(false);
  const items = props.items.filter((item): item is MenuItem => Boolean(item));

  const buttons = () => [
    ...(list.current?.querySelectorAll<HTMLElement>("[role^=menuitem]") ?? []),
  ];
  const move = (step: number, from: Element | null) => {
    const all = buttons();
    const index = from instanceof HTMLElement ? all.indexOf(from) : -1;
    all.at((index + step + all.length) % all.length)?.focus();
  };
  const close = () => list.current?.hidePopover();
  const toggle = () => {
    if (open) close();
    else setOpen(true);
  };
  useLayoutEffect(() => {
    // Only now are the items rendered, so that the list has its size.
    const element = list.current;
    const button = wrap.current?.querySelector("button");
    if (!open || !element || !button || element.matches(":popover-open")) return;
    element.showPopover();
    place(element, button);
    buttons()[0]?.focus();
  }, [open]);
  const onKeyDown = (event: TargetedKeyboardEvent<HTMLDivElement>) => {
    const moves: Record<string, () => void> = {
      ArrowDown: () => move(1, document.activeElement),
      ArrowUp: () => move(-1, document.activeElement),
      Home: () => buttons()[0]?.focus(),
      End: () => buttons().at(-1)?.focus(),
      Tab: close,
    };
    const act = moves[event.key];
    if (!act) return;
    if (event.key !== "Tab") event.preventDefault();
    act();
  };

  return (
    <span class="menu" ref={wrap}>
      {props.trigger ? (
        <button
          type="button"
          class={props.triggerClass}
          aria-haspopup="menu"
          aria-expanded={open}
          onClick={toggle}
        >
          {props.trigger}
        </button>
      ) : (
        <IconButton
          icon={props.icon ?? "more"}
          label={props.label}
          size={props.size}
          tip="none"
          expanded={open}
          onClick={toggle}
        />
      )}
      <div
        ref={list}
        id={id}
        popover="auto"
        role="menu"
        tabIndex={-1}
        aria-label={props.label}
        class="menu-list"
        onToggle={(event) => {
          if (event.newState === "closed") setOpen(false);
        }}
        onKeyDown={onKeyDown}
      >
        {open &&
          items.map((item) => (
            // biome-ignore lint/a11y/useAriaPropsSupportedByRole: one of the roles supports it, and the other never has it
            <button
              key={item.label}
              type="button"
              role={item.checked === undefined ? "menuitem" : "menuitemradio"}
              aria-checked={item.checked}
              class={item.danger ? "menu-item danger" : "menu-item"}
              disabled={item.disabled}
              onClick={() => {
                close();
                item.onSelect();
              }}
            >
              {item.icon && <Icon name={item.icon} size={18} />}
              <span class="grow">
                {item.label}
                {item.hint && <span class="menu-hint">{item.hint}</span>}
              </span>
              {item.checked && <Icon name="check" size={16} />}
            </button>
          ))}
      </div>
    </span>
  );
}

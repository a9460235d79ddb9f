import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useKeptFocus } from "./keep-focus.ts";

export type Tab = { id: string; label: string; href: string; count?: number | undefined };

/** Tabs as links: the chosen one is part of the address, so it survives reloads and can be shared. */
export function Tabs(props: { label: string; tabs: readonly Tab[]; current: string }): JSX.Element {
  const bar = useRef<HTMLElement>(null);
  useEffect(() => {
    // On narrow screens the chosen tab may be outside the visible part of the bar.
    const chosen = bar.current?.querySelector<HTMLElement>("[aria-current]");
    if (bar.current && chosen) {
      bar.current.scrollLeft =
        chosen.offsetLeft - (bar.current.clientWidth - chosen.clientWidth) / 2;
    }
  }, [props.current]);
  return (
    <nav class="tabs" aria-label={props.label} ref={bar}>
      {props.tabs.map((tab) => (
        <a
          key={tab.id}
          href={tab.href}
          class="tab"
          aria-current={tab.id === props.current ? "page" : undefined}
        >
          {tab.label}
          {tab.count !== undefined && tab.count > 0 && <span class="tab-count">{tab.count}</span>}
        </a>
      ))}
    </nav>
  );
}

/** A page's heading with its actions, and a line of explanation. */
export function PageHead(props: {
  title: ComponentChildren;
  detail?: ComponentChildren;
  actions?: ComponentChildren;
}): JSX.Element {
  return (
    <header class="page-head">
      <div class="grow">
        <h1>{props.title}</h1>
        {props.detail && <p class="page-detail">{props.detail}</p>}
      </div>
      {props.actions && <div class="page-actions">{props.actions}</div>}
    </header>
  );
}

/** A section of a page with its own heading. */
export function Section(props: {
  title: string;
  detail?: ComponentChildren;
  actions?: ComponentChildren;
  children: ComponentChildren;
}): JSX.Element {
  const section = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useKeptFocus(section, heading);
  return (
    <section class="section" ref={section}>
      <div class="section-head">
        <div class="grow">
          <h2 ref={heading} tabIndex={-1}>
            {props.title}
          </h2>
          {props.detail && <p class="muted small">{props.detail}</p>}
        </div>
        {props.actions}
      </div>
      {props.children}
    </section>
  );
}

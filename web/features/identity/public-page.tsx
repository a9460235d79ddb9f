import type { ComponentChildren, JSX } from "preact";
import { Brand } from "../../ui/brand.tsx";

/** The frame of pages for visitors who are not signed in. */
export function PublicPage(props: {
  title: string;
  detail?: string | undefined;
  children: ComponentChildren;
  footer?: ComponentChildren;
}): JSX.Element {
  return (
    <main class="public" id="main">
      <div class="public-card">
        <Brand />
        <div>
          <h1>{props.title}</h1>
          {props.detail && <p class="page-detail">{props.detail}</p>}
        </div>
        {props.children}
        {props.footer && <p class="public-foot">{props.footer}</p>}
      </div>
    </main>
  );
}

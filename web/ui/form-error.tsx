import type { ComponentChildren, JSX } from "preact";
import type { ApiError } from "../lib/api-error.ts";
import { Icon } from "./icon.tsx";

/** An error of the whole form; announced when it appears. */
export function FormError(props: {
  error: ApiError | undefined;
  children?: ComponentChildren;
}): JSX.Element | null {
  if (!props.error) return null;
  return (
    <p class="form-error" role="alert">
      <Icon name="warning" size={18} />
      {props.children ?? <span>{props.error.detail}</span>}
    </p>
  );
}

import type { JSX } from "preact";
import type { ApiError } from "../lib/api.ts";
import { Icon } from "./icon.tsx";

/** What went wrong with a form as a whole; read aloud when it appears. */
export function FormError(props: { error: ApiError | undefined }): JSX.Element | null {
  if (!props.error) return null;
  return (
    <p class="form-error" role="alert">
      <Icon name="warning" size={18} />
      <span>{props.error.detail}</span>
    </p>
  );
}

import type { JSX } from "preact";

/** The product's logo and name. */
export function Brand(): JSX.Element {
  return (
    <span class="brand">
      <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect class="brand-ground" width="32" height="32" rx="8" />
        <path class="brand-line" d="M9 23 16 8l7 15M12 17.5h8" />
      </svg>
      <span>Atelier</span>
    </span>
  );
}

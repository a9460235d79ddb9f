import { signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

function read(): Theme {
  // In unit tests there is no document.
  if (typeof document === "undefined") return "system";
  const stored = document.documentElement.dataset.theme;
  return stored === "light" || stored === "dark" ? stored : "system";
}

/** Light, dark, or the system's. */
export const theme = signal<Theme>(read());

/** Changes it now and for the next visit in this browser. */
export function setTheme(next: Theme): void {
  theme.value = next;
  if (next === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    if (next === "system") localStorage.removeItem("atelier.theme");
    else localStorage.setItem("atelier.theme", next);
  } catch {
    // Storage may be blocked; then the choice lasts as long as the page.
  }
}

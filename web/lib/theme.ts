import { signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

function read(): Theme {
  // Outside a browser, in unit tests, nothing was chosen.
  if (typeof document === "undefined") return "system";
  const stored = document.documentElement.dataset.theme;
  return stored === "light" || stored === "dark" ? stored : "system";
}

/** Light, dark, or as the system says. */
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
    // Storage may be blocked; the choice then lasts as long as the page.
  }
}

/**
 * Runs before the first paint, as a separate small script: a stored theme must be applied before anything is
 * drawn, and the content security policy allows no inline script.
 */
try {
  const stored = localStorage.getItem("atelier.theme");
  if (stored === "light" || stored === "dark") document.documentElement.dataset.theme = stored;
} catch {
  // Storage may be blocked; then the system's setting applies.
}

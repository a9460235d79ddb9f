/**
 * Runs before the first paint, as a small script of its own: a stored choice of light or dark must
 * be in place before anything is drawn, and the content security policy allows no inline script.
 */
try {
  const stored = localStorage.getItem("atelier.theme");
  if (stored === "light" || stored === "dark") document.documentElement.dataset.theme = stored;
} catch {
  // Storage may be blocked; the system's setting then decides.
}

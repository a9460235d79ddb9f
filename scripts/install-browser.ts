import { existsSync } from "node:fs";

const CANDIDATES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/**
 * Path of a Chromium for the browser tests; installed on Debian and Ubuntu when missing.
 * @throws Error when there is none and it cannot be installed.
 */
export async function ensureBrowser(): Promise<string> {
  const given = process.env.ATELIER_TEST_BROWSER;
  if (given !== undefined && existsSync(given)) return given;
  const found = find();
  if (found) return found;
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  for (const command of [
    ["apt-get", "update", "-qq"],
    ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"],
  ]) {
    const child = Bun.spawn([...sudo, ...command], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "inherit",
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    });
    if ((await child.exited) !== 0) break;
  }
  const installed = find();
  if (!installed)
    throw new Error(
      "The browser tests need Chromium: install it, or set ATELIER_TEST_BROWSER to its path.",
    );
  return installed;
}

function find(): string | null {
  for (const name of CANDIDATES) {
    const path = Bun.which(name);
    if (path) return path;
  }
  return null;
}

import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { ensureBrowser } from "../../scripts/install-browser.ts";

const SHOTS = join(import.meta.dir, "..", "..", "test-results", "screenshots");

/** What a page may take to show something: more than a loaded machine needs; only a test that fails waits for it. */
export const PATIENCE_MS = 60_000;

/** A headless Chromium from the system, without network access beyond this machine. */
export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: await ensureBrowser(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Saves a screenshot under test-results/screenshots, for people to look at. */
export async function screenshot(page: Page, name: string): Promise<void> {
  if (!existsSync(SHOTS)) mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

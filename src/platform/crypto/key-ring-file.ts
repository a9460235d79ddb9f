import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { newSecretKey } from "./secret-keys.ts";

/** The key ring in a data folder, newest first; null when there is none. */
export function readKeyRing(dataDir: string): string[] | null {
  const path = pathOf(dataDir);
  if (!existsSync(path)) return null;
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((entry) => entry !== "");
}

/** For one machine without configuration: creates a key on first use and keeps it in the data folder. */
export function loadOrCreateKeyRing(dataDir: string): string[] {
  const known = readKeyRing(dataDir);
  if (known !== null) return known;
  mkdirSync(resolve(dataDir), { recursive: true, mode: 0o700 });
  const key = newSecretKey("k1");
  // Never over a file that another process has made meanwhile.
  writeFileSync(pathOf(dataDir), `${key}\n`, { mode: 0o600, flag: "wx" });
  return [key];
}

const pathOf = (dataDir: string) => join(resolve(dataDir), "secret-keys");

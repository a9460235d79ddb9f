import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { newSecretKey } from "./secret-keys.ts";

/** The ring that a data folder keeps, newest first; null when it keeps none. */
export function readKeyRing(dataDir: string): string[] | null {
  const path = pathOf(dataDir);
  if (!existsSync(path)) return null;
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((entry) => entry !== "");
}

/** One machine, nothing configured: a key is made once and kept in the data folder. */
export function loadOrCreateKeyRing(dataDir: string): string[] {
  const known = readKeyRing(dataDir);
  if (known !== null) return known;
  mkdirSync(resolve(dataDir), { recursive: true, mode: 0o700 });
  const ring = [newSecretKey("k1")];
  writeFileSync(pathOf(dataDir), `${ring.join("\n")}\n`, { mode: 0o600, flag: "wx" });
  return ring;
}

const pathOf = (dataDir: string) => join(resolve(dataDir), "secret-keys");

import { existsSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Paths that a child process must be able to read to run our code, absolute. */
export interface ChildFiles {
  folders: string[];
  /** Single files, so that their siblings stay inaccessible. */
  files: string[];
}

/** Devices that the runtime opens. */
export const DEVICES = ["/dev/null", "/dev/urandom"];

/** Library folders of common Linux systems, Alpine, NixOS and Guix. */
const LIBRARIES = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/nix/store", "/gnu/store"];
const ROOT = resolve(fileURLToPath(new URL("../../../..", import.meta.url)));

/** The runtime, the system's libraries and our own code; no user data. */
export function childFiles(): ChildFiles {
  const code = ["src", "node_modules"].map((name) => join(ROOT, name));
  const settings = ["package.json", "tsconfig.json"].map((name) => join(ROOT, name));
  return {
    folders: [...LIBRARIES, ...code].filter(existsSync),
    files: [realpathSync(process.execPath), ...settings].filter(existsSync),
  };
}

import { existsSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** What a child process must be able to read to run our code, by absolute path. */
export interface ChildFiles {
  folders: string[];
  /** Single files, so that what lies beside them stays out of reach. */
  files: string[];
}

/** Devices that the runtime opens. */
export const DEVICES = ["/dev/null", "/dev/urandom"];

/** Where the dynamic linker looks on the systems we know: most Linuxes, Alpine, NixOS, Guix. */
const LIBRARIES = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/nix/store", "/gnu/store"];
const ROOT = resolve(fileURLToPath(new URL("../../../..", import.meta.url)));

/** The runtime, the system's libraries and our own code; nothing that is anybody's. */
export function childFiles(): ChildFiles {
  const code = ["src", "node_modules"].map((name) => join(ROOT, name));
  const settings = ["package.json", "tsconfig.json"].map((name) => join(ROOT, name));
  return {
    folders: [...LIBRARIES, ...code].filter(existsSync),
    files: [realpathSync(process.execPath), ...settings].filter(existsSync),
  };
}

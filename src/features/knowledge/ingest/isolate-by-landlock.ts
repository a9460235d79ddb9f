import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { childFiles, DEVICES } from "./child-files.ts";
import { syscallFilter } from "./filter-syscalls.ts";
import { type Confinement, NOBODY, type Which } from "./isolation.ts";

/** User of the child: the server's user; the same without root's capabilities; or one that owns nothing. */
export type ChildUser = "same" | "root without rights" | "nobody";

const BECOME: Record<ChildUser, string[]> = {
  same: [],
  "root without rights": ["--bounding-set=-all", "--inh-caps=-all"],
  nobody: [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--inh-caps=-all"],
};

/**
 * Landlock for files and a seccomp filter for the network, both set by setpriv (util-linux 2.41). Needs no
 * privileges, so it also works in a container that may not create namespaces.
 * @param folder where the filter is written
 * @returns null where the tool is missing or too old
 */
export function landlock(folder: string, user: ChildUser, which: Which): Confinement | null {
  const setpriv = which("setpriv");
  const filter = syscallFilter(process.arch);
  if (setpriv === null || filter === null || !knowsLandlock(setpriv)) return null;
  const filterFile = join(folder, "network.bpf");
  writeFileSync(filterFile, filter);
  const { folders, files } = childFiles();
  const rules = [
    // The runtime lists the folders above a module to resolve it. Names are visible, contents are not.
    "path-beneath:read-dir:/",
    ...[...folders, "/proc"].map((path) => `path-beneath:read-file,read-dir,execute:${path}`),
    ...files.map((path) => `path-beneath:read-file,execute:${path}`),
    ...DEVICES.map((path) => `path-beneath:read-file,write-file:${path}`),
  ];
  return {
    mechanism: "landlock",
    spawn: {},
    command: (argv) => [
      ...[setpriv, "--no-new-privs", ...BECOME[user], "--landlock-access", "fs"],
      ...rules.flatMap((rule) => ["--landlock-rule", rule]),
      ...["--seccomp-filter", filterFile, "--", ...argv],
    ],
  };
}

function knowsLandlock(setpriv: string): boolean {
  const { stdout } = Bun.spawnSync([setpriv, "--help"], { stderr: "ignore" });
  const help = stdout.toString();
  return help.includes("--landlock-rule") && help.includes("--seccomp-filter");
}

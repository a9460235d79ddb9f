import { childFiles } from "./child-files.ts";
import type { Confinement, Which } from "./isolation.ts";

/**
 * The same with bubblewrap, which some systems allow where they refuse namespaces to others.
 * @returns null where it is not installed
 */
export function bubblewrap(which: Which): Confinement | null {
  const bwrap = which("bwrap");
  if (bwrap === null) return null;
  const { folders, files } = childFiles();
  const shown = [...folders, ...files].flatMap((path) => ["--ro-bind", path, path]);
  return {
    mechanism: "bubblewrap",
    spawn: {},
    command: (argv) => [
      ...[bwrap, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"],
      ...[...shown, "--proc", "/proc", "--dev", "/dev", "--chdir", "/", "--", ...argv],
    ],
  };
}

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { childFiles, DEVICES } from "./child-files.ts";
import { type Confinement, NOBODY, type Which } from "./isolation.ts";

const READ_ONLY = "bind,ro,nosuid,nodev";

/**
 * A separate root with only our code in it, no network, and a PID namespace (util-linux).
 * @param root an empty folder that becomes the child's root
 * @returns null where the tools are missing
 */
export function namespaces(root: string, which: Which): Confinement | null {
  const [unshare, mount] = [which("unshare"), which("mount")];
  if (unshare === null || mount === null) return null;
  const table = `${root}.mounts`;
  layRoot(root, table);
  const outer = [unshare, "--user", "--map-root-user", "--mount", "--net", "--ipc", "--pid"];
  const inner = [unshare, "--user", `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
  const script = `${quote(mount)} -n -a -T ${quote(table)} && exec "$@"`;
  return {
    mechanism: "namespaces",
    spawn: {},
    command: (argv) => [
      ...[...outer, "--fork", "--kill-child", "--", "/bin/sh", "-c", script, "sh"],
      // A second user namespace drops the capabilities over the first, which could undo the mounts.
      ...[...inner, `--root=${root}`, "--wd=/", "--", ...argv],
    ],
  };
}

/** Creates the mount points, and the fstab that mounts them in one go. */
function layRoot(root: string, table: string): void {
  const { folders, files } = childFiles();
  for (const folder of [...folders, "/proc"]) mkdirSync(join(root, folder), { recursive: true });
  for (const file of [...files, ...DEVICES]) {
    const point = join(root, file);
    mkdirSync(dirname(point), { recursive: true });
    if (!existsSync(point)) writeFileSync(point, "");
  }
  const lines = [
    ...[...folders, ...files].map((path) => [path, join(root, path), "none", READ_ONLY]),
    ...DEVICES.map((path) => [path, join(root, path), "none", "bind"]),
    ["proc", join(root, "proc"), "proc", "ro,nosuid,nodev,noexec"],
  ];
  writeFileSync(
    table,
    lines.map((fields) => `${fields.map(escapeField).join(" ")} 0 0\n`).join(""),
  );
}

/** fstab(5): white space and backslashes are escaped in octal. */
function escapeField(value: string): string {
  return value.replace(
    /[\s\\#]/g,
    (mark) => `\\${mark.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
}

const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

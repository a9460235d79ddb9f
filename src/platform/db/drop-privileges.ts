import { chmodSync, chownSync } from "node:fs";

/** How to run PostgreSQL, which refuses to run as root. */
export interface Unprivileged {
  command(argv: string[]): string[];
  readonly spawn: { uid?: number; gid?: number };
  /** Makes the PostgreSQL user the owner of a path. */
  own(path: string): void;
  /** Lets that user traverse a folder without listing it. */
  admit(folder: string): void;
}

const NOBODY = 65_534;
/** `daemon`: an id that every passwd file has; initdb looks it up. */
const INNER_USER = "1";

/**
 * As a plain user: runs as is. As root: in a user namespace where root maps to another user, so that folders
 * only root can enter still work; where namespaces are not allowed, as `nobody`.
 */
export async function asUnprivileged(): Promise<Unprivileged> {
  const unchanged: Unprivileged = {
    command: (argv) => argv,
    spawn: {},
    own: () => {},
    admit: () => {},
  };
  if (process.getuid?.() !== 0) return unchanged;
  const namespace = ["unshare", "--user", `--map-user=${INNER_USER}`, `--map-group=${INNER_USER}`];
  if (await succeeds([...namespace, "true"])) {
    return { ...unchanged, command: (argv) => [...namespace, "--", ...argv] };
  }
  return {
    command: (argv) => argv,
    spawn: { uid: NOBODY, gid: NOBODY },
    own: (path) => chownSync(path, NOBODY, NOBODY),
    admit: (folder) => chmodSync(folder, 0o711),
  };
}

async function succeeds(argv: string[]): Promise<boolean> {
  try {
    return (await Bun.spawn(argv, { stdout: "ignore", stderr: "ignore" }).exited) === 0;
  } catch {
    return false;
  }
}

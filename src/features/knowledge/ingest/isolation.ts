/** A user id that owns nothing. */
export const NOBODY = 65_534;

/** Finds a system tool by name. */
export type Which = (tool: string) => string | null;

/** A mechanism that runs a command in isolation. */
export interface Confinement {
  readonly mechanism: "namespaces" | "bubblewrap" | "landlock" | "user" | "none";
  /** The command that runs `argv` confined. It may fork; killing it kills its children. */
  command(argv: string[]): string[];
  readonly spawn: { uid?: number; gid?: number };
}

/** What a confined child can still do. */
export interface Escapes {
  /** Read files of the server's user: secrets in the data folder, the server's environment. */
  readonly files: boolean;
  /** Open connections: over the network, or to a socket in the file system. */
  readonly network: boolean;
}

/** A confinement that was probed, with what it leaves open. */
export interface Isolation extends Confinement, Escapes {}

export const NOT_ISOLATED: Isolation = {
  mechanism: "none",
  command: (argv) => argv,
  spawn: {},
  files: true,
  network: true,
};

/** How many of the two (files, network) are still open. */
export function openDoors({ files, network }: Escapes): number {
  return Number(files) + Number(network);
}

/** For people: the mechanism in use, and what it leaves open. */
export function describeIsolation({ mechanism, files, network }: Isolation) {
  return { mechanism, readsOtherFiles: files, reachesNetwork: network };
}

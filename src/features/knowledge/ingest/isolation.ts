/** An id that owns nothing. */
export const NOBODY = 65_534;

/** Finds a tool of the system by name. */
export type Which = (tool: string) => string | null;

/** A way to run a command cut off from what it has no business with. */
export interface Confinement {
  readonly mechanism: "namespaces" | "bubblewrap" | "landlock" | "user" | "none";
  /** The command that runs `argv` confined. It may fork; killing it kills what it runs. */
  command(argv: string[]): string[];
  readonly spawn: { uid?: number; gid?: number };
}

/** What a confined child can do all the same. */
export interface Escapes {
  /** Read files of the server's user: secrets in the data folder, the server's environment. */
  readonly files: boolean;
  /** Open connections: over the network, or to a socket in the file system. */
  readonly network: boolean;
}

/** A confinement that was tried out, with what it leaves open. */
export interface Isolation extends Confinement, Escapes {}

export const NOT_ISOLATED: Isolation = {
  mechanism: "none",
  command: (argv) => argv,
  spawn: {},
  files: true,
  network: true,
};

/** How many doors stay open, of two. */
export function openDoors({ files, network }: Escapes): number {
  return Number(files) + Number(network);
}

/** For people: what is in force, and what it leaves open. */
export function describeIsolation({ mechanism, files, network }: Isolation) {
  return { mechanism, readsOtherFiles: files, reachesNetwork: network };
}

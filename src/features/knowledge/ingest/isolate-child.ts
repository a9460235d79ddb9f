import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Config } from "../../../config.ts";
import type { Deps } from "../../../platform/deps.ts";
import { bubblewrap } from "./isolate-by-bubblewrap.ts";
import { landlock } from "./isolate-by-landlock.ts";
import { namespaces } from "./isolate-by-namespaces.ts";
import {
  type Confinement,
  describeIsolation,
  type Isolation,
  NOBODY,
  NOT_ISOLATED,
  openDoors,
  type Which,
} from "./isolation.ts";
import { probeIsolation } from "./probe-isolation.ts";

type IsolationMode = Config["documentIsolation"];

/** Isolation is required, and the system does not offer it. */
export class IsolationUnavailableError extends Error {
  override readonly name = "IsolationUnavailableError";
  constructor(isolation: Isolation) {
    const found = JSON.stringify(describeIsolation(isolation));
    super(`ATELIER_DOCUMENT_ISOLATION is "required", but this system only offers ${found}`);
  }
}

/**
 * Probes how this system can isolate the document reader from other files and from the network. Returns the
 * first mechanism that blocks both, else the one that blocks most.
 * @param folder for the mechanisms' files: an empty root, a seccomp filter
 * @throws {IsolationUnavailableError} in mode `required`, when files or the network stay open
 */
export async function isolateChild(
  folder: string,
  mode: IsolationMode,
  which: Which = Bun.which,
): Promise<Isolation> {
  let best = NOT_ISOLATED;
  for (const candidate of mode === "off" ? [] : candidates(folder, which)) {
    const escapes = await probeIsolation(candidate, folder);
    if (escapes === null) continue;
    if (openDoors(escapes) < openDoors(best)) best = { ...candidate, ...escapes };
    if (openDoors(best) === 0) break;
  }
  if (mode === "required" && openDoors(best) > 0) throw new IsolationUnavailableError(best);
  return best;
}

/**
 * Chooses this process's isolation and reports it in log and metrics. When probing itself fails, documents are
 * read without isolation.
 * @throws {IsolationUnavailableError} when it is required
 */
export async function chooseIsolation({ config, logger, metrics }: Deps): Promise<Isolation> {
  let chosen = NOT_ISOLATED;
  try {
    chosen = await isolateChild(join(resolve(config.dataDir), "reader"), config.documentIsolation);
  } catch (error) {
    if (config.documentIsolation === "required") throw error;
    logger.error({ err: error }, "document isolation could not be set up");
  }
  const { mechanism, files, network } = chosen;
  const state = (open: boolean) => (open ? "open" : "closed");
  metrics.documentIsolation.set({ mechanism, files: state(files), network: state(network) }, 1);
  const found = describeIsolation(chosen);
  if (openDoors(chosen) === 0) logger.info(found, "document reader is isolated");
  else logger.warn(found, "document reader is not fully isolated, see docs/security.md");
  return chosen;
}

/** Every mechanism that this system's tools allow, the strongest first. */
function candidates(folder: string, which: Which): Confinement[] {
  if (process.platform !== "linux") return [];
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const root = process.getuid?.() === 0;
  const asNobody: Confinement = {
    mechanism: "user",
    command: (argv) => argv,
    spawn: { uid: NOBODY, gid: NOBODY },
  };
  return [
    namespaces(join(folder, "root"), which),
    bubblewrap(which),
    root ? landlock(folder, "nobody", which) : null,
    root ? landlock(folder, "root without rights", which) : null,
    landlock(folder, "same", which),
    root ? asNobody : null,
  ].filter((candidate) => candidate !== null);
}

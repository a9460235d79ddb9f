import type { Deps } from "../../platform/deps.ts";
import { TraceGatherer } from "./gather-traces.ts";
import { Sealer } from "./sealer.ts";

/** What audit runs beside requests. */
export interface AuditServices {
  readonly sealer: Sealer;
  readonly traces: TraceGatherer;
}

declare module "../../platform/deps.ts" {
  interface Services {
    audit: AuditServices;
  }
}

export function createAuditServices(deps: Deps): AuditServices {
  return { sealer: new Sealer(deps), traces: new TraceGatherer(deps) };
}

import type { Deps } from "../../platform/deps.ts";
import { SecurityEventBuffer } from "./gather-security-events.ts";
import { Sealer } from "./sealer.ts";

/** Background work of audit. */
export interface AuditServices {
  readonly sealer: Sealer;
  readonly securityEvents: SecurityEventBuffer;
}

declare module "../../platform/deps.ts" {
  interface Services {
    audit: AuditServices;
  }
}

export function createAuditServices(deps: Deps): AuditServices {
  return { sealer: new Sealer(deps), securityEvents: new SecurityEventBuffer(deps) };
}

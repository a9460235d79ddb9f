import type { Ctx } from "../context.ts";
import type { Logger } from "../observability/logger.ts";
import type { SecurityEventSink } from "./security-events.ts";

/** Set by middleware for handlers. Features add their scopes by declaration merging. */
export interface AppVariables {
  ctx: Ctx;
  requestId: string;
  logger: Logger;
  securityEvents?: SecurityEventSink;
}

export interface AppEnv {
  Variables: AppVariables;
}

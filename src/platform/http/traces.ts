import type { Actor } from "../context.ts";

/** What the log calls a refusal: who it could not be, who tried too often, who was not allowed. */
export const REFUSALS = ["auth.failed", "auth.throttled", "access.denied"] as const;
type RefusalAction = (typeof REFUSALS)[number];

/** What it calls the reads that it records. */
export const READS = ["admin.read", "file.downloaded"] as const;
export type ReadAction = (typeof READS)[number];

/** What a problem knows of the refusal that it is. */
export interface Refusal {
  action: RefusalAction;
  /** As typed: an e-mail address that may be nobody's. */
  account?: string;
  /** SHA-256 of an API key that is not in force. */
  keyHash?: string;
}

/** Something that a request leaves in the audit log without changing anything: a refusal, or a privileged read. */
export interface Trace extends Omit<Refusal, "action"> {
  action: RefusalAction | ReadAction;
  /** The problem's code; null for reads. */
  reason: string | null;
  actor: Actor;
  ip: string | undefined;
  requestId: string;
  callerRequestId: string | undefined;
  method: string;
  /** The route's template. */
  route: string;
  /** The access rule that refused. */
  rule?: string;
  target?: TraceTarget;
  projectId?: string;
}

export interface TraceTarget {
  kind: string;
  id: string | null;
}

/** Where traces are gathered. Noting one takes no time and never fails. */
export interface Traces {
  note(trace: Trace): void;
}

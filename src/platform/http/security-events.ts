import type { Actor } from "../context.ts";

/** Audit actions of refused requests: failed authentication, throttled attempts, denied access. */
export const REFUSALS = ["auth.failed", "auth.throttled", "access.denied"] as const;
type RefusalAction = (typeof REFUSALS)[number];

/** Audit actions of recorded reads. */
export const READS = ["admin.read", "file.downloaded"] as const;
export type ReadAction = (typeof READS)[number];

/** Details of a refusal, carried by its problem. */
export interface Refusal {
  action: RefusalAction;
  /** The e-mail address as typed; there may be no such account. */
  account?: string;
  /** SHA-256 of an API key that is unknown, expired or revoked. */
  keyHash?: string;
}

/** An audited event that changes nothing: a refusal or a privileged read. */
export interface SecurityEvent extends Omit<Refusal, "action"> {
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
  target?: SecurityEventTarget;
  projectId?: string;
}

export interface SecurityEventTarget {
  kind: string;
  id: string | null;
}

/** Takes security events. `note` neither blocks nor throws. */
export interface SecurityEventSink {
  note(event: SecurityEvent): void;
}

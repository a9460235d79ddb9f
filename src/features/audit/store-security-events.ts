import type { Deps } from "../../platform/deps.ts";
import type { SecurityEvent } from "../../platform/http/security-events.ts";
import { actorColumns } from "./record.ts";
import { type AuditInsert, findAccounts, findKeys, insertAuditRows } from "./repo.ts";

/** Equal events, for one row. */
export interface SecurityEventGroup {
  /** The first of them. */
  readonly event: SecurityEvent;
  readonly count: number;
  readonly first: Date;
  readonly last: Date;
  /** Set for events beyond the limits: of one source, or of many. */
  readonly overflowOf: "one" | "many" | null;
}

/** `SecretKeys` purpose: hashed accounts can be compared, but not read. */
const ACCOUNT_PURPOSE = "audit-account";
const MOST_TYPED = 320;

/**
 * Writes a row for each group. An existing account is stored by its id; any other input only as an HMAC with
 * the key ring, since people type passwords into the wrong field. A key that was once valid is stored by its id
 * too.
 */
export async function storeSecurityEvents(
  deps: Deps,
  gathered: SecurityEventGroup[],
): Promise<void> {
  const { db } = deps.database;
  const emails = gathered.flatMap(({ event }) => event.account?.toLowerCase() ?? []);
  const hashes = gathered.flatMap(({ event }) => event.keyHash ?? []);
  const accounts = await findAccounts(db, emails);
  const keys = await findKeys(db, hashes);
  const hmac = (value: string) => deps.secrets.sign(value.slice(0, MOST_TYPED), ACCOUNT_PURPOSE);
  const targetOf = ({ account, keyHash, target, actor }: SecurityEvent) => {
    if (actor.kind === "user") return target ?? { kind: "user", id: actor.userId };
    if (account !== undefined) {
      const email = account.toLowerCase();
      const id = accounts.get(email);
      return id === undefined ? { kind: "account", id: hmac(email) } : { kind: "user", id };
    }
    if (keyHash !== undefined) return { kind: "api_key", id: keys.get(keyHash) ?? hmac(keyHash) };
    return target ?? { kind: "request", id: null };
  };
  const rows = gathered.map(({ event, count, first, last, overflowOf }): AuditInsert => {
    const { action, reason, method, route, rule } = event;
    const times = { count, first: first.toISOString(), last: last.toISOString() };
    if (overflowOf !== null) {
      const nobody = { actorKind: "anonymous", actorId: null, ip: null };
      const someone = { ...actorColumns(event), ip: event.ip ?? null };
      return {
        id: deps.ids.next(),
        ...(overflowOf === "many" ? nobody : someone),
        action,
        targetKind: "request",
        targetId: null,
        detail: { overflow: true, ...times },
      };
    }
    const target = targetOf(event);
    return {
      id: deps.ids.next(),
      ...actorColumns(event),
      action,
      targetKind: target.kind,
      targetId: target.id,
      projectId: event.projectId ?? null,
      detail: {
        ...(reason === null ? {} : { reason }),
        ...(rule === undefined ? {} : { rule }),
        method,
        route,
        ...times,
      },
      requestId: event.requestId,
      callerRequestId: event.callerRequestId ?? null,
      ip: event.ip ?? null,
    };
  });
  deps.services.audit.sealer.expect();
  await insertAuditRows(db, rows);
}

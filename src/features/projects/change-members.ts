import { type Ctx, inTransaction } from "../../platform/context.ts";
import { record } from "../audit/index.ts";
import { findUserByEmail } from "../identity/index.ts";
import { announceAccess } from "./announce-access.ts";
import {
  alreadyMember,
  lastOwner,
  memberNotFound,
  noSuchAccount,
  personalProjectStays,
  projectNotFound,
} from "./errors.ts";
import type { MembershipScope, ProjectScope } from "./policy.ts";
import {
  countOwners,
  deleteMember,
  findMemberRole,
  insertMember,
  listMembers,
  lockProject,
  type MemberRow,
  updateMember,
} from "./repo.ts";
import type { NewMember } from "./schema.ts";
import type { ProjectRole } from "./tables.ts";

/** All members of the project. */
export function getMembers(ctx: Ctx, scope: ProjectScope): Promise<MemberRow[]> {
  return listMembers(ctx.db, scope);
}

/**
 * Adds the user with this e-mail address as a member.
 * @throws {Problem} 422 `no_such_account` (also for a disabled one), 409 `already_member`, `personal_project`.
 */
export async function addMember(
  ctx: Ctx,
  scope: ProjectScope<"owner">,
  input: NewMember,
): Promise<MemberRow> {
  return inTransaction(ctx, async (tx) => {
    await lockShared(tx, scope);
    const user = await findUserByEmail(tx.db, input.email);
    if (!user || user.disabledAt !== null) throw noSuchAccount();
    if (!(await insertMember(tx.db, scope, user.id, input.role))) throw alreadyMember();
    await recordFor(tx, "member.added", scope, user.id, { role: input.role });
    return memberRow(tx, scope, user.id);
  });
}

/** @throws {Problem} 404 `member_not_found`, 409 `last_owner`. */
export async function changeMember(
  ctx: Ctx,
  scope: ProjectScope<"owner">,
  principalId: string,
  role: ProjectRole,
): Promise<MemberRow> {
  return inTransaction(ctx, async (tx) => {
    await lockShared(tx, scope);
    const from = await findMemberRole(tx.db, scope, principalId);
    if (!from) throw memberNotFound();
    if (role !== "owner") await keepAnOwner(tx, scope, from);
    await updateMember(tx.db, scope, principalId, role);
    await recordFor(tx, "member.role_changed", scope, principalId, { from, to: role });
    return memberRow(tx, scope, principalId);
  });
}

/**
 * Ends a membership, possibly one's own; effective from the next request. @throws {Problem} as {@link
 * changeMember}.
 */
export async function removeMember(ctx: Ctx, scope: MembershipScope): Promise<void> {
  const { project, principalId } = scope;
  await inTransaction(ctx, async (tx) => {
    await lockShared(tx, project);
    const from = await findMemberRole(tx.db, project, principalId);
    if (!from) throw memberNotFound();
    await keepAnOwner(tx, project, from);
    await deleteMember(tx.db, scope);
    await recordFor(tx, "member.removed", project, principalId, { role: from });
  });
  await announceAccess(ctx.deps, project.projectId);
}

/** The lock serialises two owners who demote each other at the same moment, so that one stays. */
async function lockShared(tx: Ctx, scope: ProjectScope): Promise<void> {
  const project = await lockProject(tx.db, scope);
  if (!project) throw projectNotFound();
  if (project.personalOf !== null) throw personalProjectStays();
}

async function keepAnOwner(tx: Ctx, scope: ProjectScope, from: ProjectRole): Promise<void> {
  if (from === "owner" && (await countOwners(tx.db, scope)) <= 1) throw lastOwner();
}

async function memberRow(tx: Ctx, scope: ProjectScope, principalId: string): Promise<MemberRow> {
  const rows = await listMembers(tx.db, scope);
  const row = rows.find((member) => member.principalId === principalId);
  if (!row) throw memberNotFound();
  return row;
}

async function recordFor(
  tx: Ctx,
  action: "member.added" | "member.role_changed" | "member.removed",
  scope: ProjectScope,
  principalId: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await record(tx, {
    action,
    target: { kind: "principal", id: principalId },
    projectId: scope.projectId,
    detail,
  });
}

import { Problem } from "../../platform/http/problem.ts";

export const projectNotFound = () =>
  new Problem(404, "project_not_found", "This project does not exist, or you may not see it.");
export const projectRoleNeeded = (role: string) =>
  new Problem(403, "project_role_needed", `This requires the role "${role}" in the project.`);
export const projectArchived = () =>
  new Problem(409, "project_archived", "This project is archived. Unarchive it first.");
export const personalProjectStays = () =>
  new Problem(
    409,
    "personal_project",
    "Your personal project cannot be deleted, archived or shared.",
  );
export const projectNotDeleted = () =>
  new Problem(409, "project_not_deleted", "This project has not been deleted.");
export const memberNotFound = () =>
  new Problem(404, "member_not_found", "This project has no such member.");
export const lastOwner = () =>
  new Problem(
    409,
    "last_owner",
    "A project must have at least one owner. Make someone else an owner first.",
  );
export const alreadyMember = () =>
  new Problem(409, "already_member", "This user is already a member of the project.", {
    errors: [{ path: "email", message: "is already a member" }],
  });
export const noSuchAccount = () =>
  new Problem(422, "no_such_account", "There is no active account with this e-mail address.", {
    errors: [{ path: "email", message: "has no active account here" }],
  });

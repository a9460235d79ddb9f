import { Problem } from "../../platform/http/problem.ts";

export const projectNotFound = () =>
  new Problem(404, "project_not_found", "There is no such project, or you may not see it.");
export const projectRoleNeeded = (role: string) =>
  new Problem(403, "project_role_needed", `This needs the role "${role}" in the project.`);
export const projectArchived = () =>
  new Problem(
    409,
    "project_archived",
    "This project is archived. Take it out of the archive first.",
  );
export const personalProjectStays = () =>
  new Problem(
    409,
    "personal_project",
    "Your personal project cannot be deleted, archived or shared.",
  );

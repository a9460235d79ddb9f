export { announceAccess, onAccessChange } from "./announce-access.ts";
export { projectArchived, projectNotFound } from "./errors.ts";
export { memberRoutes } from "./member-routes.ts";
export {
  atLeast,
  grantProjectScope,
  inProject,
  ProjectScope,
  type ScopeOptions,
  scopeOf,
} from "./policy.ts";
export { restorableSince } from "./project-lifecycle.ts";
export { type BeforePurge, purgeProjects } from "./purge-projects.ts";
export { findPersonalProjectId } from "./repo.ts";
export { projectRoutes } from "./routes.ts";
export { projectParams } from "./schema.ts";
export { createPersonalProject, getProject } from "./service.ts";
export {
  PROJECT_ROLES,
  type ProjectRole,
  type ProjectRow,
  projectMembers,
  projects,
} from "./tables.ts";

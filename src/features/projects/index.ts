export { announceAccess, onAccessChange } from "./announce-access.ts";
export { projectArchived } from "./errors.ts";
export { inFew, inMany, isOwnProject, ownMemberships } from "./find-own-projects.ts";
export { memberRoutes } from "./member-routes.ts";
export {
  atLeast,
  grantProjectScope,
  inProject,
  ProjectScope,
  scopeOf,
} from "./policy.ts";
export { restorableSince } from "./project-lifecycle.ts";
export { type BeforePurge, purgeProjects } from "./purge-projects.ts";
export { findPersonalProjectId } from "./repo.ts";
export { projectRoutes } from "./routes.ts";
export { projectParams } from "./schema.ts";
export { createPersonalProject, getProject } from "./service.ts";
export type { ProjectRole } from "./tables.ts";

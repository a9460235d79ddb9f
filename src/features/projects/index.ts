export { projectArchived, projectNotFound } from "./errors.ts";
export { atLeast, inProject, type ProjectRole, type ProjectScope, scopeOf } from "./policy.ts";
export { findPersonalProjectId, findProject, type ProjectRow } from "./repo.ts";
export { projectRoutes } from "./routes.ts";
export { projectParams } from "./schema.ts";
export { createPersonalProject, getProject } from "./service.ts";
export { projectMembers, projects } from "./tables.ts";

import { z } from "@hono/zod-openapi";
import { flag, line, page, prose, timestamp } from "../../platform/http/json.ts";
import { pageQuery } from "../../platform/http/pagination.ts";
import { PROJECT_ROLES } from "./tables.ts";

export const projectRole = z.enum(PROJECT_ROLES);

export const project = z
  .object({
    id: z.uuid(),
    name: z.string(),
    description: z.string(),
    instructions: z.string(),
    /** True for the project that every user gets at sign-up. */
    personal: z.boolean(),
    role: projectRole,
    version: z.number().int(),
    archivedAt: timestamp.nullable(),
    deletedAt: timestamp.nullable(),
    /** End of the restore window of a deleted project; null while it is not deleted. */
    restorableUntil: timestamp.nullable(),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .openapi("Project");
export type Project = z.infer<typeof project>;

export const projectPage = page(project).openapi("ProjectPage");

export const newProject = z
  .strictObject({
    name: line(120),
    description: prose(2_000).default(""),
    instructions: prose(50_000).default(""),
  })
  .openapi("NewProject");
export type NewProject = z.infer<typeof newProject>;

export const projectChange = z
  .strictObject({
    name: line(120).optional(),
    description: prose(2_000).optional(),
    instructions: prose(50_000).optional(),
  })
  .openapi("ProjectChange");
export type ProjectChange = z.infer<typeof projectChange>;

export const projectParams = z.object({ projectId: z.uuid() });
export const projectQuery = pageQuery.extend({
  archived: flag(),
  /** My own deleted projects that can still be restored. */
  deleted: flag(),
});

export const member = z
  .object({
    principalId: z.uuid(),
    name: z.string(),
    email: z.string(),
    role: projectRole,
    createdAt: timestamp,
  })
  .openapi("Member");
export type Member = z.infer<typeof member>;
export const memberList = z
  .object({ items: z.array(member), nextCursor: z.null() })
  .openapi("MemberList");
export const newMember = z
  .strictObject({ email: z.email().max(254), role: projectRole })
  .openapi("NewMember");
export type NewMember = z.infer<typeof newMember>;
export const memberChange = z.strictObject({ role: projectRole }).openapi("MemberChange");
export const memberParams = projectParams.extend({ principalId: z.uuid() });

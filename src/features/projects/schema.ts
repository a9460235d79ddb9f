import { z } from "@hono/zod-openapi";
import { line, page, prose, timestamp } from "../../platform/http/json.ts";

export const projectRole = z.enum(["viewer", "editor", "owner"]);

export const project = z
  .object({
    id: z.uuid(),
    name: z.string(),
    description: z.string(),
    instructions: z.string(),
    /** True for the project that each user has from sign-up on. */
    personal: z.boolean(),
    role: projectRole,
    version: z.number().int(),
    archivedAt: timestamp.nullable(),
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

import { answerWithEffect } from "../../platform/http/answer-with-effect.ts";
import { expectedVersion, versionTag } from "../../platform/http/etag.ts";
import { jsonAnswer, jsonBody } from "../../platform/http/json.ts";
import { createRoute, guard, router } from "../../platform/http/route.ts";
import { admin, signedIn } from "../identity/index.ts";
import { inProject, projectParams } from "../projects/index.ts";
import { DEFAULT_AGENT_ID, inAgent } from "./policy.ts";
import {
  type Agent,
  agent,
  agentChange,
  agentList,
  agentParams,
  agentQuery,
  newAgent,
} from "./schema.ts";
import {
  changeAgent,
  createAgent,
  deleteAgent,
  getAgent,
  getAgents,
  restoreAgent,
} from "./service.ts";
import type { AgentRow } from "./tables.ts";

const one = (description: string) => jsonAnswer(agent, description);
const many = { 200: jsonAnswer(agentList, "Agents by name") };
const tags = ["agents"];

export function agentRoutes() {
  return router()
    .openapi(
      createRoute({
        method: "get",
        path: "/agents",
        ...guard(signedIn, null),
        tags,
        summary: "Agents of the workspace",
        request: { query: agentQuery },
        responses: many,
      }),
      async (c) => {
        const rows = await getAgents(c.get("ctx"), null, c.req.valid("query").deleted);
        return c.json({ items: rows.map(present), nextCursor: null }, 200);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/agents",
        ...guard(admin, "agent.created"),
        tags,
        summary: "Create an agent of the workspace",
        request: { body: jsonBody(newAgent) },
        responses: { 201: one("The agent") },
      }),
      (c) =>
        answerWithEffect(c.get("ctx"), async (ctx) => {
          const row = await createAgent(ctx, c.get("admin"), c.req.valid("json"));
          return c.json(present(row), 201, { etag: versionTag(row.version) });
        }),
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/projects/{projectId}/agents",
        ...guard(inProject("viewer"), null),
        tags,
        summary: "A project's own agents",
        request: { params: projectParams, query: agentQuery },
        responses: many,
      }),
      async (c) => {
        const rows = await getAgents(c.get("ctx"), c.get("project"), c.req.valid("query").deleted);
        return c.json({ items: rows.map(present), nextCursor: null }, 200);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/projects/{projectId}/agents",
        ...guard(inProject("editor"), "agent.created"),
        tags,
        summary: "Create an agent of a project",
        request: { params: projectParams, body: jsonBody(newAgent) },
        responses: { 201: one("The agent") },
      }),
      (c) =>
        answerWithEffect(c.get("ctx"), async (ctx) => {
          const row = await createAgent(ctx, c.get("project"), c.req.valid("json"));
          return c.json(present(row), 201, { etag: versionTag(row.version) });
        }),
    )
    .openapi(
      createRoute({
        method: "get",
        path: "/agents/{agentId}",
        ...guard(inAgent("read"), null),
        tags,
        summary: "One agent",
        request: { params: agentParams },
        responses: { 200: one("The agent") },
      }),
      async (c) => {
        const row = await getAgent(c.get("ctx"), c.get("agent"));
        return c.json(present(row), 200, { etag: versionTag(row.version) });
      },
    )
    .openapi(
      createRoute({
        method: "patch",
        path: "/agents/{agentId}",
        ...guard(inAgent("write"), "agent.updated"),
        tags,
        summary: "Change an agent",
        request: { params: agentParams, body: jsonBody(agentChange) },
        responses: { 200: one("The agent") },
      }),
      async (c) => {
        const row = await changeAgent(
          c.get("ctx"),
          c.get("agent"),
          c.req.valid("json"),
          expectedVersion(c),
        );
        return c.json(present(row), 200, { etag: versionTag(row.version) });
      },
    )
    .openapi(
      createRoute({
        method: "delete",
        path: "/agents/{agentId}",
        ...guard(inAgent("write"), "agent.deleted"),
        tags,
        summary: "Delete an agent; it can be restored within the restore window",
        request: { params: agentParams },
        responses: { 204: { description: "Deleted" } },
      }),
      async (c) => {
        await deleteAgent(c.get("ctx"), c.get("agent"));
        return c.body(null, 204);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/agents/{agentId}/restore",
        ...guard(inAgent("write", { deleted: true }), "agent.restored"),
        tags,
        summary: "Restore a deleted agent",
        request: { params: agentParams },
        responses: { 200: one("The agent") },
      }),
      async (c) => {
        const row = await restoreAgent(c.get("ctx"), c.get("agent"));
        return c.json(present(row), 200, { etag: versionTag(row.version) });
      },
    );
}

function present(row: AgentRow): Agent {
  return {
    id: row.id,
    projectId: row.projectId,
    name: row.name,
    description: row.description,
    instructions: row.instructions,
    modelId: row.modelId,
    temperature: row.temperature,
    maxOutputTokens: row.maxOutputTokens,
    effort: row.effort,
    isDefault: row.id === DEFAULT_AGENT_ID,
    version: row.version,
    deletedAt: row.deletedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

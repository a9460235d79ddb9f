import { answerWithEffect } from "../../platform/http/answer-with-effect.ts";
import { jsonAnswer, jsonBody } from "../../platform/http/json.ts";
import { createRoute, guard, router } from "../../platform/http/route.ts";
import { addMember, changeMember, getMembers, removeMember } from "./change-members.ts";
import { inProject, ownerOrSelf } from "./policy.ts";
import type { MemberRow } from "./repo.ts";
import {
  type Member,
  member,
  memberChange,
  memberList,
  memberParams,
  newMember,
  projectParams,
} from "./schema.ts";

const tags = ["members"];

export function memberRoutes() {
  return router()
    .openapi(
      createRoute({
        method: "get",
        path: "/projects/{projectId}/members",
        ...guard(inProject("viewer"), null),
        tags,
        summary: "Members of the project",
        request: { params: projectParams },
        responses: { 200: jsonAnswer(memberList, "Members") },
      }),
      async (c) => {
        const rows = await getMembers(c.get("ctx"), c.get("project"));
        return c.json({ items: rows.map(present), nextCursor: null }, 200);
      },
    )
    .openapi(
      createRoute({
        method: "post",
        path: "/projects/{projectId}/members",
        ...guard(inProject("owner"), "member.added"),
        tags,
        summary: "Add the user with an e-mail address",
        request: { params: projectParams, body: jsonBody(newMember) },
        responses: { 201: jsonAnswer(member, "The member") },
      }),
      (c) =>
        answerWithEffect(c.get("ctx"), async (ctx) => {
          const row = await addMember(ctx, c.get("project"), c.req.valid("json"));
          return c.json(present(row), 201);
        }),
    )
    .openapi(
      createRoute({
        method: "patch",
        path: "/projects/{projectId}/members/{principalId}",
        ...guard(inProject("owner"), "member.role_changed"),
        tags,
        summary: "Change a member's role",
        request: { params: memberParams, body: jsonBody(memberChange) },
        responses: { 200: jsonAnswer(member, "The member") },
      }),
      async (c) => {
        const { principalId } = c.req.valid("param");
        const { role } = c.req.valid("json");
        return c.json(
          present(await changeMember(c.get("ctx"), c.get("project"), principalId, role)),
          200,
        );
      },
    )
    .openapi(
      createRoute({
        method: "delete",
        path: "/projects/{projectId}/members/{principalId}",
        ...guard(ownerOrSelf, "member.removed"),
        tags,
        summary: "Remove a member, or leave the project",
        request: { params: memberParams },
        responses: { 204: { description: "Removed" } },
      }),
      async (c) => {
        await removeMember(c.get("ctx"), c.get("membership"));
        return c.body(null, 204);
      },
    );
}

function present(row: MemberRow): Member {
  return {
    principalId: row.principalId,
    name: row.name,
    email: row.email,
    role: row.role,
    createdAt: row.createdAt.toISOString(),
  };
}
